// What a text consists of: words, links, names of members. What can be seen of it is in visible.ts, where an address
// ends in links.ts, what one emoji is in emoji.ts.

import { links } from "./links";
import type { Id } from "./id";

export type Part = { type: "text" | "link" | "mention"; text: string; href?: string };

/** A text in parts; `names` are those whom it mentions. The parts joined are the text. */
export function parts(text: string, names: string[] = []): Part[] {
  const found: { start: number; end: number; part: Part }[] = links(text).map(({ start, end, href }) => ({
    start,
    end,
    part: { type: "link", text: text.slice(start, end), href },
  }));
  const isFree = (start: number, end: number): boolean =>
    found.every((other) => end <= other.start || start >= other.end);
  for (const name of [...new Set(names)].sort((a, b) => b.length - a.length)) {
    for (const { start, end } of calls(text, name)) {
      if (isFree(start, end)) found.push({ start, end, part: { type: "mention", text: text.slice(start, end) } });
    }
  }
  found.sort((a, b) => a.start - b.start);
  const result: Part[] = [];
  let at = 0;
  for (const { start, end, part } of found) {
    if (start > at) result.push({ type: "text", text: text.slice(at, start) });
    result.push(part);
    at = end;
  }
  if (at < text.length) result.push({ type: "text", text: text.slice(at) });
  return result;
}

/** Where a text calls a person: `@` and the whole name, from where a word begins to where one ends. */
function calls(text: string, name: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  if (name === "") return found;
  const call = `@${name}`;
  for (let start = text.indexOf(call); start >= 0; start = text.indexOf(call, start + 1)) {
    const end = start + call.length;
    if (begins(text, start) && ends(text, end)) found.push({ start, end });
  }
  return found;
}

/** Scripts that leave no space between words. */
const CLOSE =
  "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}";
const INSIDE = /[\p{L}\p{N}\p{M}_]/u;
const CLOSE_END = new RegExp(`[${CLOSE}]\\p{M}*$`, "u");
const CLOSE_START = new RegExp(`^[${CLOSE}]`, "u");

/** Whether an `@` here begins a word: in the middle of one it belongs to an address. */
function begins(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 8), at);
  return CLOSE_END.test(before) || !/[\p{L}\p{N}\p{M}_.+%/-]$/u.test(before);
}

/** Whether a name ends here: not in the middle of a word, nor of an emoji. */
function ends(text: string, at: number): boolean {
  const next = String.fromCodePoint(text.codePointAt(at) ?? 0x20);
  if (/[\u200C\u200D\uFE0F\u20E3\p{Emoji_Modifier}]/u.test(next) || /\p{M}/u.test(next)) return false;
  if (!INSIDE.test(next)) return true;
  // "田中さん" is a name and what follows it; "Anais" is not Ana.
  return CLOSE_END.test(text.slice(0, at)) !== CLOSE_START.test(next) || isBetweenWords(text, at);
}

const words = typeof Intl.Segmenter === "function" ? new Intl.Segmenter(undefined, { granularity: "word" }) : undefined;

function isBetweenWords(text: string, at: number): boolean {
  if (!CLOSE_START.test(text.slice(at))) return false;
  return words ? words.segment(text).containing(at)?.index === at : true;
}

interface Named {
  user_id: Id;
  display_name: string;
}

/** The most that one message may mention. */
const MENTIONS = 20;

/**
 * Whom a text mentions, of these people: the ones who were `chosen` while it was written and still stand in it, and
 * those whose names are spelled out. Of several with one name the chosen ones, or all where none was chosen.
 */
export function mentioned(text: string, people: readonly Named[], chosen: readonly Id[]): Id[] {
  const found = new Set(
    parts(
      text,
      people.map(({ display_name }) => display_name),
    )
      .filter(isMention)
      .map(nameIn),
  );
  const standing = people.filter(({ display_name }) => found.has(display_name));
  const wanted = standing.filter(({ user_id, display_name }) => {
    const alike = standing.filter((one) => one.display_name === display_name);
    return chosen.includes(user_id) || !alike.some((one) => chosen.includes(one.user_id));
  });
  return wanted.map(({ user_id }) => user_id).slice(0, MENTIONS);
}

/**
 * Whom a text mentions after an edit: besides the people who stand in it, those whom it mentioned before without their
 * name as it is now (they have another one since, or another client put them in).
 */
export function mentionedAfter(
  before: { text: string; mentions: readonly Id[] },
  text: string,
  people: readonly Named[],
  chosen: readonly Id[],
): Id[] {
  const stood = mentioned(before.text, people, before.mentions);
  const others = before.mentions.filter((id) => !stood.includes(id) && people.some(({ user_id }) => user_id === id));
  const now = mentioned(text, people, [...before.mentions, ...chosen]);
  return [...new Set([...others, ...now])].slice(0, MENTIONS);
}

function isMention({ type }: Part): boolean {
  return type === "mention";
}

function nameIn({ text }: Part): string {
  return text.slice(1);
}

/** Whether both have the same people. */
export function areSame(some: readonly Id[], others: readonly Id[]): boolean {
  return some.length === others.length && some.every((id) => others.includes(id));
}

/** What is being typed after an `@` before the caret: where it begins, and what it is so far. Names may have spaces. */
export function calling(text: string, caret: number): { start: number; query: string } | null {
  const before = text.slice(0, caret);
  const start = before.lastIndexOf("@");
  const query = before.slice(start + 1);
  if (start < 0 || !begins(text, start) || !/^(?:\S+(?: \S+)*)?$/u.test(query) || query.length > 80) return null;
  return { start, query };
}
