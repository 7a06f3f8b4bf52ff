// What a form for a poll holds, and what becomes of it. Pure.

import { parseWall, instantsOf, MINUTE } from "../../../lib/zones";
import { fold, isVisible, length, oneLine } from "../../../lib/visible";
import type { Mode, NewBody, PollBody, Results } from "../types";

export const MOST_OPTIONS = 10;
export const LEAST_OPTIONS = 2;
export const QUESTION = 300;
export const OPTION = 100;
export const TEXT = 2_000;
export const LINE = 200;
export const COMMENT = 1_000;

/** When a poll closes: never, so many minutes from now, when the event ends, or at a time that is typed. */
export const CLOSINGS = ["never", "5", "15", "60", "end", "at"] as const;
export type Closing = (typeof CLOSINGS)[number];

export interface PollDraft {
  question: string;
  options: string[];
  mode: Mode;
  results: Results;
  closing: Closing;
  /** The time that is typed, of the place. */
  at: string;
  /** Which of two moments is meant by it. */
  picked: number | null;
}

export const EMPTY: PollDraft = {
  question: "",
  options: ["", ""],
  mode: "single",
  results: "always",
  closing: "never",
  at: "",
  picked: null,
};

export function isEmpty(draft: PollDraft): boolean {
  return !isVisible(draft.question) && draft.options.every((option) => !isVisible(option));
}

/** The options that say something. */
export function optionsOf(draft: Pick<PollDraft, "options">): string[] {
  return draft.options.map(oneLine).filter(isVisible);
}

/** Which options people would read as one that stands before. */
export function twins(options: readonly string[]): Set<number> {
  const seen = new Set<string>();
  const found = new Set<number>();
  options.forEach((option, place) => {
    if (!isVisible(option)) return;
    const read = fold(oneLine(option));
    if (seen.has(read)) found.add(place);
    seen.add(read);
  });
  return found;
}

/** When it closes, in milliseconds since 1970; null for never, and undefined where the time is none yet. */
export function closesAt(
  { closing, at, picked }: Pick<PollDraft, "closing" | "at" | "picked">,
  now: number,
  zone: string,
  end: number,
): number | null | undefined {
  if (closing === "never") return null;
  if (closing === "end") return end;
  if (closing !== "at") return now + Number(closing) * MINUTE;
  const wall = parseWall(at);
  const moments = wall ? instantsOf(wall, zone) : [];
  return moments.length === 2 ? moments.find((moment) => moment === picked) : moments[0];
}

export function isComplete(draft: PollDraft): boolean {
  const options = optionsOf(draft);
  return (
    isVisible(draft.question) &&
    length(oneLine(draft.question)) <= QUESTION &&
    options.length >= LEAST_OPTIONS &&
    options.every((option) => length(option) <= OPTION) &&
    twins(draft.options).size === 0
  );
}

export function bodyOf(draft: PollDraft, closes: number | null): PollBody {
  return {
    question: oneLine(draft.question),
    options: optionsOf(draft),
    mode: draft.mode,
    closes_at: closes === null ? null : new Date(closes).toISOString(),
    results: draft.results,
  };
}

/** What was written of a post, to be put somewhere else. */
export function wordsOf({ kind, body }: NewBody): string {
  return kind === "poll" ? [body.question, ...body.options.map((option) => `– ${option}`)].join("\n") : body.text;
}
