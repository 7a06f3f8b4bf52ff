// All emoji, in their kinds and with their words. Read when the picker is first opened; no first load has it.

import { canonical, isListed, isOneEmoji } from "../../lib/emoji";
import type { Language } from "../../lib/language.svelte";
import { fold } from "../../lib/visible";
import { isDrawn } from "./drawn";

export interface Choice {
  emoji: string;
  /** Its name. */
  label: string;
  /** It shows people, in the tone that one wants. */
  hasTones: boolean;
  /** The version of Unicode's list that brought it, if that is recent. */
  version: string;
  /** The words by which it is found, folded. */
  words: string[];
}

export interface List {
  /** The kinds in their order, each with its emoji. */
  kinds: Choice[][];
  all: Choice[];
}

const LISTS: Record<Language, () => Promise<{ default: string }>> = {
  en: () => import("virtual:emoji/en"),
  de: () => import("virtual:emoji/de"),
};

const read = new Map<Language, Promise<List>>();

/** Reads the list with its words in a language, once. A reading that failed is tried again by the next call. */
export function load(language: Language): Promise<List> {
  let list = read.get(language);
  if (!list) {
    list = LISTS[language]().then(({ default: text }) => parse(text));
    list.catch(() => read.delete(language));
    read.set(language, list);
  }
  return list;
}

function parse(text: string): List {
  // What is newer than the browser or the device's font would be an empty box. One speaks for all of its version.
  const drawn = new Map([["", true]]);
  const isThere = ({ emoji, version }: Choice): boolean => {
    if (!(isListed(emoji) ?? true)) return false;
    const known = drawn.get(version) ?? isDrawn(emoji);
    drawn.set(version, known);
    return known;
  };
  const kinds = text.split("\n\n").map((lines) => lines.split("\n").map(choice).filter(isThere));
  return { kinds, all: kinds.flat() };
}

function choice(line: string): Choice {
  const [emoji = "", label = "", tones = "", version = "", further = ""] = line.split("|");
  return {
    emoji: canonical(emoji),
    label,
    hasTones: tones !== "",
    version,
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
