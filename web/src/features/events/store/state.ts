// An event as it is known, as a value: what HTTP and the event's topic have said of it, in whatever order that came.
// Pure; tests/unit/event-store.test.ts holds it against a model of the server with random orders.
//
// Readings over HTTP are numbered, and an answer counts only while no newer reading has begun, and nothing has happened
// since that it cannot know: the right to the topic was lost, or another person signed in.

import type { CountedEvent, Event as LiveEvent } from "../../../generated/openapi";
import type { Id } from "../../../lib/id";
import type { AnyPart, Change, Part } from "./part";

export interface EventState {
  /** `busy` until the first whole answer; `failed` where there was none, and nothing is known. */
  phase: "busy" | "known" | "gone" | "failed";
  event: CountedEvent | null;
  /** Whether one goes there. */
  going: boolean;
  /** The topic has answered, and its pushes come in. */
  live: boolean;
  /** Why the last reading failed, while something is known. */
  failure: unknown;
  /** The newest reading. */
  reading: number;
  /** What the parts keep, by their names. */
  kept: Readonly<Record<string, unknown>>;
}

export type Action =
  /** Another person is signed in, or nobody. */
  | { type: "watched" }
  | { type: "reading" }
  | { type: "event"; reading: number; event: CountedEvent }
  /** What members see; null for one who does not go there. */
  | { type: "inside"; reading: number; changes: readonly Change[] | null }
  | { type: "failed"; reading: number; gone: boolean; error: unknown }
  | { type: "joined"; reply: object }
  | { type: "pushed"; event: string; payload: unknown }
  /** The right to the topic is gone. */
  | { type: "lost" }
  /** One has changed the event oneself. */
  | { type: "edited"; event: LiveEvent }
  | { type: "changed"; change: Change };

export function unknown(parts: readonly AnyPart[]): EventState {
  return { phase: "busy", event: null, going: false, live: false, failure: null, reading: 0, kept: blank(parts) };
}

/** What a part keeps. */
export function keptBy<Kept>(state: EventState, part: Part<Kept>): Kept {
  return (state.kept[part.name] as Kept | undefined) ?? part.empty;
}

/** The event whose topic is to be joined, if any. */
export function topicOf({ going, event }: EventState): Id | null {
  return going && event ? event.id : null;
}

export function reduce(state: EventState, action: Action, parts: readonly AnyPart[]): EventState {
  if ("reading" in action && action.reading !== state.reading) return state;
  switch (action.type) {
    case "watched":
      return { ...outside(state, parts), phase: "busy", failure: null, reading: state.reading + 1 };
    case "reading":
      return { ...state, reading: state.reading + 1, phase: state.phase === "failed" ? "busy" : state.phase };
    case "event":
      return { ...state, event: action.event };
    case "inside": {
      const { changes } = action;
      const inside = changes === null ? outside(state, parts) : changed({ ...state, going: true }, changes, parts);
      return { ...inside, phase: "known", failure: null };
    }
    case "failed": {
      if (action.gone) return { ...outside(state, parts), phase: "gone" };
      // What is on the screen is better than nothing, and is not spoken over.
      if (state.phase === "known") return state;
      return { ...state, phase: state.event === null ? "failed" : "known", failure: action.error };
    }
    case "joined": {
      if (!state.going) return state;
      const kept: Record<string, unknown> = { ...state.kept };
      for (const { name, joined } of parts) if (joined) kept[name] = joined(action.reply as never) as unknown;
      return { ...state, live: true, kept };
    }
    case "pushed": {
      if (!state.live) return state;
      const changes = parts.flatMap(({ name, on }): Change[] => {
        const how = (on as Record<string, ((kept: never, payload: never) => unknown) | undefined> | undefined)?.[
          action.event
        ];
        return how ? [{ part: name, how: (kept: never) => how(kept, action.payload as never) }] : [];
      });
      return changed(state, changes, parts);
    }
    case "lost":
      // What was asked before that does not know of it.
      return { ...outside(state, parts), phase: "busy", reading: state.reading + 1 };
    case "edited":
      return { ...state, event: state.event && { ...state.event, ...action.event } };
    case "changed":
      return state.going ? changed(state, [action.change], parts) : state;
  }
}

/** The same for one who does not go there. */
function outside(state: EventState, parts: readonly AnyPart[]): EventState {
  return { ...state, going: false, live: false, kept: blank(parts) };
}

function changed(state: EventState, changes: readonly Change[], parts: readonly AnyPart[]): EventState {
  if (changes.length === 0) return state;
  const kept: Record<string, unknown> = { ...state.kept };
  for (const { part, how } of changes) {
    if (parts.some(({ name }) => name === part)) kept[part] = how(kept[part] as never);
  }
  return { ...state, kept };
}

function blank(parts: readonly AnyPart[]): Record<string, unknown> {
  return Object.fromEntries(parts.map(({ name, empty }) => [name, empty as unknown]));
}
