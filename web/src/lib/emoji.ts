// What one emoji is, and its one spelling.

import { graphemes, length } from "./visible";

/** The form of an emoji by Unicode's technical standard 51, for browsers that do not have the list. */
const ONE = "(?:\\p{Emoji_Modifier_Base}\\p{Emoji_Modifier}|\\p{Emoji_Presentation}|\\p{Emoji}\\uFE0F)";
const FORM = new RegExp(
  `^(?:\\p{Regional_Indicator}{2}|[0-9#*]\\uFE0F\\u20E3|(?![0-9#*\\p{Regional_Indicator}])${ONE}` +
    `(?:[\\u{E0020}-\\u{E007E}]+\\u{E007F})?(?:\\u200D${ONE})*)$`,
  "u",
);

/** What tells that something is text, or that it is an emoji. */
const SELECTORS = /[\uFE0E\uFE0F]/g;

/** The list of emoji that this browser has; null where it has none. Not read before it is asked: that takes a phone a while. */
let list: RegExp | null | undefined;

/** Whether this browser has an emoji in its list; undefined where it has no list. */
export function isListed(emoji: string): boolean | undefined {
  if (list === undefined) {
    try {
      // Written as a literal it would keep older browsers from reading the whole script.
      list = new RegExp("^\\p{RGI_Emoji}$", "v");
    } catch {
      list = null;
    }
  }
  return list?.test(emoji);
}

/**
 * An emoji as everybody spells it: what is text by default is followed by U+FE0F (❤️), what is not is not (👍). Two
 * spellings look the same, and are one reaction.
 */
export function canonical(emoji: string): string {
  const points = [...emoji.replace(SELECTORS, "")];
  return points
    .map((point, place) => {
      const isText = /^\p{Emoji}$/u.test(point) && !/^\p{Emoji_Presentation}$/u.test(point);
      return isText && !/^\p{Emoji_Modifier}$/u.test(points[place + 1] ?? "") ? `${point}\uFE0F` : point;
    })
    .join("");
}

/** Whether this is one emoji and is shown as one: not ©, a digit or ❤ by itself, which are text by default. */
export function isOneEmoji(text: string): boolean {
  // Letters are excluded first.
  if (!/^\p{Emoji}/u.test(text)) return false;
  const points = length(text);
  if (points === 0 || points > 16 || text.includes("\uFE0E")) return false;
  // What is spelled with more than one code point shows as an emoji also where a selector was left out.
  const spelled = points === 1 ? text : canonical(text);
  // Newer ones than the browser's list are recognized by their form.
  return isListed(spelled) === true || FORM.test(spelled);
}

/** Whether there is nothing but one to three emoji, which are shown large. */
export function isEmoji(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > 120) return false;
  const pieces = graphemes(trimmed).filter((one) => one.trim());
  return pieces.length <= 3 && pieces.every(isOneEmoji);
}

/** Reactions with each emoji once, whichever way it was spelled, and each person once with it. */
export function merged(reactions: Readonly<Record<string, string[]>>): Record<string, string[]> {
  const keys = Object.keys(reactions);
  if (keys.every((key) => key === canonical(key))) return reactions as Record<string, string[]>;
  const result: Record<string, string[]> = {};
  for (const key of keys) {
    const people = (result[canonical(key)] ??= []);
    for (const person of reactions[key] ?? []) if (!people.includes(person)) people.push(person);
  }
  return result;
}

/** The five tones of skin, from light to dark; none is yellow. */
export const TONES = ["", "\u{1F3FB}", "\u{1F3FC}", "\u{1F3FD}", "\u{1F3FE}", "\u{1F3FF}"] as const;

/** An emoji of people in this tone, all of them alike. */
export function toned(emoji: string, tone: string): string {
  if (tone === "") return emoji;
  const plain = [...emoji.replace(SELECTORS, "")];
  // Hands that hold each other are those of the two beside them.
  const isSkin = (point: string): boolean =>
    /^\p{Emoji_Modifier_Base}$/u.test(point) && (point !== "🤝" || plain.length === 1);
  return canonical(plain.map((point) => (isSkin(point) ? point + tone : point)).join(""));
}
