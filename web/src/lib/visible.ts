// What of a text can be seen: its characters as people count them, whether there are any, and names on one line.

import { common } from "../texts";

/**
 * What leaves no ink by itself: spaces, controls, fillers, joiners, selectors, accents without a letter, the blank of
 * Braille, a note without a head. The twin of the server's rule (`foundation/text.rs`).
 */
const INKLESS =
  "\\p{Z}\\p{M}\\p{Cc}\\p{Cf}\\p{Cs}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}\\u2800\\u{1D159}\\uFFFC";
const SEEN = new RegExp(`[^${INKLESS}]`, "u");

/** What has the width of a space and no ink, and what is nothing at the end of a name. */
const SPACE = "\\p{White_Space}\\u2800\\u3164\\uFFA0";
const NOTHING = "\\u00AD\\u180E\\u200B-\\u200D\\u2060\\uFEFF";
const ENDS = new RegExp(`^[${SPACE}${NOTHING}]+|[${SPACE}${NOTHING}]+$`, "gu");
const GAP = new RegExp(`[${NOTHING}]*[${SPACE}][${SPACE}${NOTHING}]*`, "gu");

/** Marks that turn the direction of whatever follows them. */
const TURNING = /[\u202A-\u202E\u2066-\u2069]/gu;

/** Scripts that run from right to left, and the marks that turn. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08FF\u200F\u202A-\u202E\u2066-\u2069\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/** Whether there is something to be seen. The server takes no message and no name without it. */
export function isVisible(text: string): boolean {
  return SEEN.test(text);
}

/** A name as the server takes it: one line, its spaces single, without what turns or breaks the lines of others. */
export function oneLine(text: string): string {
  return text
    .normalize("NFC")
    .replace(TURNING, "")
    .replace(GAP, " ")
    .replace(/\p{Cc}/gu, "")
    .replace(ENDS, "");
}

/** The length as the server counts it: code points, not the halves that JavaScript sees. */
export function length(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** How many characters are too many, in words; null for none. */
export function tooMany(text: string, max: number): string | null {
  const over = length(text) - max;
  if (over <= 0) return null;
  return common.tooMany(over);
}

// Browsers that cannot tell graphemes yet show a family as its members, which harms nobody.
const segmenter = typeof Intl.Segmenter === "function" ? new Intl.Segmenter() : undefined;

/** The characters as people see them: a flag, a family or a letter with its accents is one. */
export function graphemes(text: string): string[] {
  return segmenter ? [...segmenter.segment(text)].map(({ segment }) => segment) : [...text];
}

/** At most so many characters as people see them, with an ellipsis for the others. */
export function cut(text: string, most: number): string {
  // No character has less than one half: a short text need not be taken apart.
  if (text.length <= most) return text;
  const pieces = graphemes(text);
  return pieces.length <= most ? text : `${pieces.slice(0, most).join("").trimEnd()}…`;
}

/** A name for the middle of a sentence without markup: whatever its direction is, it does not turn the rest. */
export function isolate(name: string): string {
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name.replace(TURNING, "")}\u2069` : name;
}

/** Without accents and case, for comparing what is typed with what is meant. */
export function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
