// What a form for an event holds, and what becomes of it. Pure.

import { t } from "./texts";
import { LONGEST } from "./time";
import type { Event as LiveEvent } from "../../generated/openapi";
import { oneLine } from "../../lib/visible";
import { besideGap, instantsOf, parseWall, wallAt, writeWall } from "../../lib/zones";

/** What is typed: times are those of the place. */
export interface Draft {
  artist: string;
  venue: string;
  city: string;
  zone: string;
  starts: string;
  ends: string;
}

export const EMPTY: Draft = { artist: "", venue: "", city: "", zone: "", starts: "", ends: "" };

/** What a time of the place is: a moment (perhaps one of two), two of which none is chosen yet, none that exists, or
 * nothing whole yet. */
export type Moment =
  | { kind: "empty" }
  | { kind: "at"; at: number; of?: [number, number] }
  | { kind: "twice"; of: [number, number] }
  | { kind: "never"; beside: [earlier: number, later: number] };

/** `picked` is which of two was chosen; it says nothing about a time that is not one of them. */
export function momentOf(text: string, zone: string, picked: number | null): Moment {
  const wall = parseWall(text);
  if (wall === null) return { kind: "empty" };
  const [one, two] = instantsOf(wall, zone);
  if (one === undefined) return { kind: "never", beside: besideGap(wall, zone) };
  if (two === undefined) return { kind: "at", at: one };
  if (picked === one || picked === two) return { kind: "at", at: picked, of: [one, two] };
  return { kind: "twice", of: [one, two] };
}

/** How a field for date and time holds a moment. */
export function textOf(at: number, zone: string): string {
  return writeWall(wallAt(at, zone));
}

/** Why an event may not end then; null if it may. */
export function endTrouble(start: number, end: number): string | null {
  if (end < start) return t.notBeforeStart;
  if (end - start > LONGEST) return t.atMost31Days;
  return null;
}

/** The form of an event that is there. */
export function draftOf(event: LiveEvent, zone: string): Draft {
  const { artist, venue, city, date_utc, ends_at } = event;
  const at = (iso: string): string => textOf(Date.parse(iso), zone);
  const named = event.time_zone ?? zone;
  return { artist, venue, city, zone: named, starts: at(date_utc), ends: ends_at === null ? "" : at(ends_at) };
}

/** The body of a request that adds or changes an event. */
export interface EventBody {
  artist: string;
  venue: string;
  city: string;
  date_utc: string;
  ends_at: string | null;
  time_zone: string | null;
}

export function bodyOf(draft: Draft, start: number, end: number | null): EventBody {
  return {
    artist: oneLine(draft.artist),
    venue: oneLine(draft.venue),
    city: oneLine(draft.city),
    date_utc: new Date(start).toISOString(),
    ends_at: end === null ? null : new Date(end).toISOString(),
    time_zone: draft.zone,
  };
}

/** What differs from the event that is there, and nothing else. A field shows minutes: one that nobody has touched leaves
 * the seconds as they are. */
export function changesOf(event: LiveEvent, before: Draft, draft: Draft, body: EventBody): Partial<EventBody> {
  const changes: Partial<EventBody> = {};
  for (const name of ["artist", "venue", "city"] as const) {
    if (body[name] !== oneLine(event[name])) changes[name] = body[name];
  }
  const moved = draft.zone !== before.zone;
  if (moved) changes.time_zone = body.time_zone;
  const differs = (one: string | null, two: string | null): boolean =>
    one === null || two === null ? one !== two : Date.parse(one) !== Date.parse(two);
  const touched = (text: string, old: string, one: string | null, two: string | null): boolean =>
    (moved || text !== old || Math.abs(Date.parse(one ?? "") - Date.parse(two ?? "")) >= 60_000) && differs(one, two);
  if (touched(draft.starts, before.starts, body.date_utc, event.date_utc)) changes.date_utc = body.date_utc;
  if (touched(draft.ends, before.ends, body.ends_at, event.ends_at)) changes.ends_at = body.ends_at;
  return changes;
}
