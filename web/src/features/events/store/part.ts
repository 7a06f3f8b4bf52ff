// What a feature adds to an event: something that it keeps of each event, what the event's topic says of that, and how
// it is read over HTTP until the topic has answered. A feature makes a part in its own folder and names it in
// `parts.ts`; neither the state nor the store knows of any.

import type { Id } from "../../../lib/id";
import type { Joined, Sends } from "../../../lib/live.svelte";

/** Reads something from the server. */
export type Get = <Answer>(path: string) => Promise<Answer>;

export interface Part<Kept> {
  /** What nothing else is called: parts are kept by it. */
  readonly name: string;
  readonly empty: Kept;
  /**
   * The topic has answered a join: what it says is the whole, whatever was known before. `kept` is that, for a part of
   * which a join tells only the newest.
   */
  readonly joined?: (reply: Joined<"event">, kept: Kept) => Kept;
  /** Pushes of the topic by their names. They are heard between a join and its end alone. */
  readonly on?: { readonly [Name in keyof Sends<"event">]?: (kept: Kept, payload: Sends<"event">[Name]) => Kept };
  /**
   * Reads over HTTP what members see, each time the event is read. What it returns is done to what is kept then, since
   * the topic may have answered meanwhile. `not_member` means that one does not go there.
   */
  readonly read?: (event: Id, get: Get) => Promise<(kept: Kept) => Kept>;
  /** What of it the device keeps, to be shown where there is no network; without this, nothing. */
  readonly memory?: (kept: Kept) => Kept;
}

// What is kept differs from part to part.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyPart = Part<any>;

/** A change to what a part keeps. */
export interface Change {
  part: string;
  how: (kept: never) => unknown;
}

/** A change, with the types of its part. */
export function change<Kept>(part: Part<Kept>, how: (kept: Kept) => Kept): Change {
  return { part: part.name, how };
}
