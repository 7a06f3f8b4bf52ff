// What a text consists of: words, links, names of members.

export type Part = { type: "text" | "link" | "mention"; text: string; href?: string };

const LINK = /\bhttps?:\/\/[^\s<>"]+/g;

/** Marks that end a sentence, not an address. */
const TRAIL = /[.,;:!?'")\]]+$/;

/** A text in parts; `names` are those whom it mentions. */
export function parts(text: string, names: string[] = []): Part[] {
  const found: { start: number; end: number; part: Part }[] = [];
  for (const match of text.matchAll(LINK)) {
    const href = match[0].replace(TRAIL, "");
    found.push({ start: match.index, end: match.index + href.length, part: { type: "link", text: href, href } });
  }
  for (const name of [...names].sort((a, b) => b.length - a.length)) {
    const call = `@${name}`;
    for (let at = text.indexOf(call); at >= 0; at = text.indexOf(call, at + call.length)) {
      const end = at + call.length;
      if (found.every((other) => end <= other.start || at >= other.end)) {
        found.push({ start: at, end, part: { type: "mention", text: call } });
      }
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

const EMOJI =
  /^(?:\p{Emoji_Presentation}|\p{Emoji}\uFE0F)(?:\u200D(?:\p{Emoji_Presentation}|\p{Emoji}\uFE0F?)|\p{Emoji_Modifier})*$/u;

/** Whether there is nothing but one to three emoji, which are shown large. */
export function isEmoji(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > 40) return false;
  const pieces = [...new Intl.Segmenter().segment(trimmed)].map(({ segment }) => segment).filter((one) => one.trim());
  return pieces.length <= 3 && pieces.every((piece) => EMOJI.test(piece));
}

/** What is being typed after an `@` before the caret: where it begins, and what it is so far. */
export function calling(text: string, caret: number): { start: number; query: string } | null {
  const match = /(?:^|\s)@([^\s@]{0,30})$/.exec(text.slice(0, caret));
  return match ? { start: caret - (match[1] as string).length - 1, query: match[1] as string } : null;
}

/** The length as the server counts it: characters, not the halves that JavaScript sees. */
export function length(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
