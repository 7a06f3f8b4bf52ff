// All emoji, in their kinds and with their words. Read when the picker is first opened; no first load has it.

import { canonical, isListed, isOneEmoji } from "./emoji";
import { fold } from "./visible";

export interface Choice {
  emoji: string;
  /** Its name in English. */
  label: string;
  /** It shows people, in the tone that one wants. */
  hasTones: boolean;
  /** The words by which it is found, folded. */
  words: string[];
}

export interface Kind {
  name: string;
  choices: Choice[];
}

export interface List {
  kinds: Kind[];
  all: Choice[];
}

/** The kinds, as the data has them. */
export const KINDS = ["Faces", "People", "Nature", "Food", "Travel", "Activities", "Objects", "Symbols", "Flags"];

let read: Promise<List> | undefined;

/** Reads the list, once. A reading that failed is tried again by the next call. */
export function load(): Promise<List> {
  read ??= import("virtual:emoji").then(({ default: text }) => parse(text));
  read.catch(() => (read = undefined));
  return read;
}

function parse(text: string): List {
  const kinds = text.split("\n\n").map((lines, place) => ({
    name: KINDS[place] ?? "More",
    // What is newer than the browser would be an empty box.
    choices: lines
      .split("\n")
      .map(choice)
      .filter(({ emoji }) => isListed(emoji) ?? true),
  }));
  return { kinds, all: kinds.flatMap(({ choices }) => choices) };
}

function choice(line: string): Choice {
  const [emoji = "", label = "", tones = "", further = ""] = line.split("|");
  return {
    emoji: canonical(emoji),
    label,
    hasTones: tones !== "",
    words: fold(`${label} ${further}`).split(/[^\p{L}\p{N}]+/u),
  };
}

/** Those that have all the words, whole words in the name first. An emoji finds itself. */
export function matching(all: readonly Choice[], query: string): Choice[] {
  const asked = fold(query)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  const one = query.trim();
  if (isOneEmoji(canonical(one))) return all.filter(({ emoji }) => emoji === canonical(one));
  if (asked.length === 0) return [];
  const found: { choice: Choice; rank: number }[] = [];
  for (const each of all) {
    if (!asked.every((word) => each.words.some((own) => own.startsWith(word)))) continue;
    const whole = asked.filter((word) => each.words.includes(word)).length;
    const name = fold(each.label);
    const named = asked.filter((word) => name.includes(word)).length;
    found.push({ choice: each, rank: whole + named + (name === asked.join(" ") ? 2 : 0) });
  }
  // Stable: of equal ones the more usual is first, as the list has it.
  return found.sort((a, b) => b.rank - a.rank).map((each) => each.choice);
}
