// What a form for a meet point holds, and what becomes of it. Pure.

import { oneLine } from "../../lib/visible";
import { parseWall, writeWall } from "../../lib/zones";
import type { MeetPoint, NewMeetPoint } from "../../generated/openapi";

/** The most characters, as the server counts them. */
export const MOST = { title: 200, description: 2_000, note: 100 } as const;

export interface Draft {
  title: string;
  description: string;
  /** On the clocks there, as a field for date and time holds it. */
  when: string;
  note: string;
}

export const EMPTY: Draft = { title: "", description: "", when: "", note: "" };

export function draftOf(point: MeetPoint | null): Draft {
  if (point === null) return { ...EMPTY };
  const wall = point.when_local === null ? null : parseWall(point.when_local);
  return {
    title: point.title,
    description: point.description ?? "",
    when: wall === null ? "" : writeWall(wall),
    note: point.when_note ?? "",
  };
}

/** A field shows minutes: a time that nobody has touched keeps its seconds. */
export function bodyOf(draft: Draft, before: MeetPoint | null): NewMeetPoint {
  const untouched = before?.when_local != null && draftOf(before).when === draft.when;
  return {
    title: oneLine(draft.title),
    description: draft.description.trim() || null,
    when_local: untouched ? before.when_local : parseWall(draft.when) && `${draft.when.slice(0, 16)}:00`,
    when_note: oneLine(draft.note) || null,
  };
}

/** Whether the form says what is stored already. */
export function isSame(draft: Draft, point: MeetPoint | null): boolean {
  return JSON.stringify(bodyOf(draft, point)) === JSON.stringify(bodyOf(draftOf(point), point));
}

/** What was typed, as it was kept; null for what is not of this client. */
export function readDraft(text: string): Draft | null {
  try {
    const value = JSON.parse(text) as Partial<Draft> | null;
    const draft = { ...EMPTY, ...value };
    return Object.values(draft).every((one) => typeof one === "string") ? draft : null;
  } catch {
    return null;
  }
}
