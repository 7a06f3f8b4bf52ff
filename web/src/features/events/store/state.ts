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
  /** What the topic has said of the event last, and the newest reading at that time. */
  heard: { event: LiveEvent; reading: number } | null;
  /** What has changed under the reader's eyes, if something has. */
  news: News | null;
  /** Why the last reading failed, while something is known. */
  failure: unknown;
  /** When this device had heard what is known, where nothing has been heard since; as ISO 8601. */
  asOf: string | null;
  /** The newest reading. */
  reading: number;
  /** What the parts keep, by their names. */
  kept: Readonly<Record<string, unknown>>;
}

/** Called off, on again, or another time, place or name. */
export type News = "off" | "on" | "time" | "place" | "name";

/** The topic's push that the event itself has changed. */
export const CHANGED = "event:changed";

/** What a device keeps of an event that one goes to. */
export interface Memory {
  event: CountedEvent;
  /** When it was kept. */
  at: string;
  /** What the parts remember, by their names. */
  kept: Readonly<Record<string, unknown>>;
}

export type Action =
  /** Another person is signed in, or nobody. */
  | { type: "watched" }
  | { type: "reading" }
  /** What this device has kept of it. */
  | { type: "remembered"; reading: number; memory: Memory }
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
  /** The news were seen. */
  | { type: "seen" }
  | { type: "changed"; change: Change };

export function unknown(parts: readonly AnyPart[]): EventState {
  return {
    phase: "busy",
    event: null,
    going: false,
    live: false,
    heard: null,
    news: null,
    failure: null,
    asOf: null,
    reading: 0,
    kept: blank(parts),
  };
}

/** What is worth keeping of it on the device; null where one does not go, or nothing new was heard. */
export function memoryOf(state: EventState, parts: readonly AnyPart[], at: string): Memory | null {
  const { event, going, asOf, kept } = state;
  if (!event || !going || asOf !== null) return null;
  const worth = parts.flatMap(({ name, memory }) => (memory ? [[name, memory(kept[name]) as unknown] as const] : []));
  return { event, at, kept: Object.fromEntries(worth) };
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
      return { ...outside(state, parts), phase: "busy", news: null, failure: null, reading: state.reading + 1 };
    case "reading":
      return { ...state, reading: state.reading + 1, phase: state.phase === "failed" ? "busy" : state.phase };
    case "remembered": {
      // Where a whole answer has come, the device knows nothing better.
      if (state.going || state.phase === "gone" || (state.phase === "known" && state.failure === null)) return state;
      const { event, at, kept } = action.memory;
      const known = parts.flatMap(({ name, memory }) => (memory && name in kept ? [[name, kept[name]] as const] : []));
      return {
        ...state,
        phase: "known",
        event: state.event ?? event,
        going: true,
        asOf: at,
        kept: { ...state.kept, ...Object.fromEntries(known) },
      };
    }
    case "event": {
      // What the topic said since this reading began is newer, but says nothing of the counts.
      const newer = state.heard?.reading === action.reading ? state.heard.event : null;
      return { ...state, event: { ...action.event, ...newer } };
    }
    case "inside": {
      const { changes } = action;
      const inside = changes === null ? outside(state, parts) : changed({ ...state, going: true }, changes, parts);
      return { ...inside, phase: "known", failure: null, asOf: null };
    }
    case "failed": {
      if (action.gone) return { ...outside(state, parts), phase: "gone" };
      // What is on the screen is better than nothing, and is not spoken over.
      if (state.phase === "known" && state.asOf === null) return state;
      return { ...state, phase: state.event === null ? "failed" : "known", failure: action.error };
    }
    case "joined": {
      if (!state.going) return state;
      const kept: Record<string, unknown> = { ...state.kept };
      for (const { name, joined } of parts) {
        if (joined) kept[name] = joined(action.reply as never, kept[name] as never) as unknown;
      }
      return hear({ ...state, live: true, kept }, (action.reply as { event?: LiveEvent }).event);
    }
    case "pushed": {
      if (!state.live) return state;
      if (action.event === CHANGED) return hear(state, (action.payload as { event: LiveEvent }).event);
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
      return { ...state, event: state.event && { ...state.event, ...action.event }, news: null };
    case "seen":
      return { ...state, news: null };
    case "changed":
      return state.going ? changed(state, [action.change], parts) : state;
  }
}

/** The topic says how the event is. */
function hear(state: EventState, event: LiveEvent | undefined): EventState {
  if (!event || !state.event) return state;
  const { event: before, reading } = state;
  const news = newsOf(before, event) ?? state.news;
  return { ...state, event: { ...before, ...event }, heard: { event, reading }, news };
}

/** What of a change people must know who look at the event. */
function newsOf(before: LiveEvent, after: LiveEvent): News | null {
  if ((before.cancelled_at === null) !== (after.cancelled_at === null))
    return after.cancelled_at === null ? "on" : "off";
  const time = ({ date_utc, ends_at, time_zone }: LiveEvent): string =>
    [Date.parse(date_utc), ends_at && Date.parse(ends_at), time_zone].join(" ");
  if (time(before) !== time(after)) return "time";
  if (before.venue !== after.venue || before.city !== after.city) return "place";
  return before.artist === after.artist ? null : "name";
}

/** The same for one who does not go there. */
function outside(state: EventState, parts: readonly AnyPart[]): EventState {
  return { ...state, going: false, live: false, heard: null, asOf: null, kept: blank(parts) };
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
