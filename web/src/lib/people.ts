// How people are shown: a colour and initials.

import { common } from "../texts";
import { isOneEmoji } from "./emoji";
import { graphemes, isolate, isVisible } from "./visible";

/** One of five gels, the same for a person everywhere. */
export function gel(user_id: string): number {
  let sum = 0;
  for (const char of user_id) sum = (sum * 31 + char.charCodeAt(0)) >>> 0;
  return sum % 5;
}

/** The first characters of the first and the last word, as people see them; what cannot be seen is passed over. */
export function initials(name: string): string {
  const words = name.split(/\s+/u).map(first).filter(Boolean);
  const [one = "?", two = ""] = [words[0], words.length > 1 ? words.at(-1) : ""];
  // A picture says enough, and is as wide as two letters.
  if (isOneEmoji(one) || two === "") return upper(one);
  // Letters that join would make a word.
  return upper(one) + (/\p{Script=Arabic}$/u.test(one) ? "\u200C" : "") + upper(two);
}

function first(word: string): string {
  const seen = graphemes(word).filter(isVisible);
  return seen.find((one) => /^[\p{L}\p{N}]/u.test(one) || isOneEmoji(one)) ?? seen[0] ?? "";
}

/** In capitals, where that is one character still: "ß" is not. */
function upper(letter: string): string {
  const capital = letter.toUpperCase();
  return graphemes(capital).length === 1 ? capital : letter;
}

/** "Ana", "Ana and Ben", "Ana, Ben and 2 more". */
export function names(list: string[], most = 2): string {
  const shown = list.map(isolate);
  if (shown.length <= most) return common.names(shown);
  return common.namesAndMore(shown.slice(0, most), shown.length - most);
}

/** What a phone is called, from what its browser says of itself. */
export function device(agent: string | null): string {
  if (!agent) return common.unknownDevice;
  const system = /iPhone|iPad|Android|Windows|Mac OS X|CrOS|Linux/.exec(agent)?.[0] ?? "";
  const browser = /Edg|OPR|Firefox|Chrome|Safari/.exec(agent)?.[0] ?? agent.split(/[/ ]/)[0] ?? "";
  const nice: Record<string, string> = { Edg: "Edge", OPR: "Opera", "Mac OS X": "Mac", CrOS: "Chromebook" };
  const say = (word: string): string => nice[word] ?? word;
  return system ? common.deviceOn(say(browser), say(system)) : say(browser);
}
