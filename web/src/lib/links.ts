// Where an address in a text begins and ends.

export interface Link {
  start: number;
  end: number;
  href: string;
}

/** What no address goes across: spaces, quotation marks of all kinds, marks of East Asian sentences, what turns round. */
const OUTSIDE =
  '\\s<>"\\u0000-\\u001F\\u007F-\\u009F\\u00AB\\u00BB\\u200B\\u200E\\u200F\\u2018\\u201A-\\u201F\\u2026\\u2028-\\u202E' +
  "\\u2039\\u203A\\u2060-\\u206F\\u3001\\u3002\\u3008-\\u3011\\u3014-\\u301F\\uFEFF\\uFF01\\uFF02\\uFF08\\uFF09\\uFF0C" +
  "\\uFF0E\\uFF1A\\uFF1B\\uFF1F\\uFF61-\\uFF64";
const CANDIDATE = new RegExp(`(?:https?://|www\\.)[^${OUTSIDE}]+`, "giu");

/** Emoji are no part of an address; what is text by default may be. */
const EMOJI = /[\p{Emoji_Presentation}\uFE0F]|(?![\u0000-\u00FF\u2122])\p{Extended_Pictographic}/u;

/** Marks that end a sentence, not an address. */
const TRAIL = /[.,;:!?'’*]$/u;
const CLOSING: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

/** The addresses in a text, in order. */
export function links(text: string): Link[] {
  const found: Link[] = [];
  for (const match of text.matchAll(CANDIDATE)) {
    const start = match.index;
    const isBare = /^www/i.test(match[0]);
    // In the middle of a word, a host or a mail's address.
    const before = text.slice(Math.max(0, start - 2), start);
    if ((isBare ? /[\p{L}\p{N}_@.:/-]$/u : /[A-Za-z0-9_]$/).test(before)) continue;
    const address = trimmed(match[0]);
    const href = isBare ? `https://${address}` : address;
    if (isAddress(href, isBare)) found.push({ start, end: start + address.length, href });
  }
  return found;
}

function trimmed(candidate: string): string {
  const emoji = EMOJI.exec(candidate);
  let address = emoji ? candidate.slice(0, emoji.index) : candidate;
  for (;;) {
    const last = address.at(-1) ?? "";
    const opening = CLOSING[last];
    const stray = opening !== undefined && count(address, last) > count(address, opening);
    if (!stray && !TRAIL.test(address)) return address;
    address = address.slice(0, -1);
  }
}

function count(text: string, mark: string): number {
  return text.split(mark).length - 1;
}

function isAddress(href: string, isBare: boolean): boolean {
  const url = parse(href);
  if (!url || !/^https?:$/.test(url.protocol)) return false;
  // A domain with "www.": not every word with a dot is a host.
  return !isBare || /^www\.[^.]+\.[^.]+/i.test(url.hostname);
}

function parse(href: string): URL | null {
  try {
    return new URL(href);
  } catch {
    return null;
  }
}
