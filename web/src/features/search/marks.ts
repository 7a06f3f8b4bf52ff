// Where the words of a search stand in a text, as characters that people see. Pure; the twin of the server's rule
// (`foundation/words.rs`, `podium.alike`).

import { graphemes } from "../../lib/visible";

/** A piece of a text, and whether words of the search stand there. */
export interface Piece {
  text: string;
  marked: boolean;
}

/** What is no part of a word, however it is written: soft hyphens, joiners, selectors, marks that turn. */
const NOTHING =
  /[\u00AD\u034F\u061C\u115F\u1160\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFE00-\uFE0F\uFEFF]/gu;
const APOSTROPHES = /[\u2018\u2019\u201A\u201B\u02BB\u02BC\u02BD\u2032\u2035\u0060\u00B4\uFF07]/gu;
const QUOTES = /[\u201C\u201D\u201E\u201F\u2033\u2036\u00AB\u00BB\uFF02]/gu;
const DASHES = /[\u2010-\u2015\u2212\u2043\uFE58\uFE63\uFF0D]/gu;
const BLANKS = /[\u2800\u3164\uFFA0]/gu;
const SPACES = /\p{White_Space}+/gu;
const MARKS = /[\u0300-\u036F]/gu;

/** Letters that are no letter with a mark, and what people type for them. */
const LETTERS: Record<string, string> = {
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  ı: "i",
  ß: "ss",
  æ: "ae",
  œ: "oe",
  þ: "th",
  // At the end of a word and within it.
  ς: "σ",
};

/** So many words of a search count. */
const MOST_WORDS = 8;

/** A word from this length on is found anywhere, a shorter one where a word begins. */
const LONG = 3;

/** A text without regard to case, accents, and how spaces, quotation marks and dashes are written. */
export function alike(text: string): string {
  return text
    .replace(NOTHING, "")
    .replace(APOSTROPHES, "'")
    .replace(QUOTES, '"')
    .replace(DASHES, "-")
    .replace(BLANKS, " ")
    .normalize("NFKD")
    .replace(MARKS, "")
    .toLowerCase()
    .replace(/[øłđðıßæœþς]/gu, (letter) => LETTERS[letter] as string)
    .replace(SPACES, " ");
}

/** What is looked for in a text that is `alike` and begins with a space. */
function patternsOf(query: string): string[] {
  const words = [...new Set(alike(query).split(" "))].filter((word) => word !== "");
  return words.slice(0, MOST_WORDS).map((word) => {
    const isLong = [...word].length >= LONG || !/[\p{L}\p{N}]/u.test(word);
    return isLong ? word : ` ${word}`;
  });
}

/** For each character of a text, as people count them, whether a word of the search stands there. */
function markedOf(characters: readonly string[], query: string): boolean[] {
  const marked = characters.map(() => false);
  /** The text as it is compared, and the character that each place of it belongs to. */
  let folded = " ";
  const owners = [-1];
  characters.forEach((character, place) => {
    const one = alike(character);
    folded += one;
    for (let index = 0; index < one.length; index++) owners.push(place);
  });
  for (const pattern of patternsOf(query)) {
    for (let at = folded.indexOf(pattern); at >= 0; at = folded.indexOf(pattern, at + 1)) {
      const start = pattern.startsWith(" ") ? at + 1 : at;
      marked.fill(true, owners[start], (owners[at + pattern.length - 1] as number) + 1);
    }
  }
  return marked;
}

/** A text in pieces, those marked in which words of the search stand. The pieces joined are the text. */
export function marks(text: string, query: string): Piece[] {
  const characters = graphemes(text);
  return pieces(characters, markedOf(characters, query));
}

function pieces(characters: readonly string[], marked: readonly boolean[]): Piece[] {
  const result: Piece[] = [];
  characters.forEach((text, place) => {
    const last = result.at(-1);
    if (last && last.marked === marked[place]) last.text += text;
    else result.push({ text, marked: marked[place] === true });
  });
  return result;
}

/** So many characters stand before the first mark of an excerpt, about. */
const BEFORE = 40;

/**
 * As much of a text as a list has room for, around the first word of the search, with an ellipsis for what is left out.
 * It begins where a word does, if there is one near.
 */
export function excerpt(text: string, query: string, most: number): Piece[] {
  const characters = graphemes(text);
  const marked = markedOf(characters, query);
  const first = Math.max(0, marked.indexOf(true));
  let start = characters.length <= most || first <= BEFORE + BEFORE / 2 ? 0 : first - BEFORE;
  if (start > 0) {
    const space = characters.findIndex((one, place) => place >= start && place < first && /^\s/u.test(one));
    if (space >= 0) start = space + 1;
  }
  const end = Math.min(characters.length, start + most);
  const result = pieces(characters.slice(start, end), marked.slice(start, end));
  if (start > 0) result.unshift({ text: "…", marked: false });
  if (end < characters.length) result.push({ text: "…", marked: false });
  return result;
}
