// The client's addresses, as values: what each shows, and how it is written. `pages.ts` says which there are.

import { PAGES, type PageName, type Route } from "../pages";

export type { Route };

/** The words of each page's address. */
const PATTERNS = Object.entries(PAGES).flatMap(([page, { path }]) =>
  path === null ? [] : [{ page: page as PageName, words: path.slice(1).split("/") }],
);

/** No word of an address ends with these: they come with a link that was pasted out of a sentence. */
const TRAIL = /[^\p{L}\p{N}]+$/u;

/** The words of a path, without what came along at its end. */
function wordsOf(path: string): string[] {
  const words = path.replace(/^\//, "").replace(/\/+$/, "").split("/").map(decoded);
  const last = words.at(-1) as string;
  const trimmed = last.replace(TRAIL, "");
  // What is nothing else is left alone: it is no word with something behind it.
  if (trimmed !== "") words[words.length - 1] = trimmed;
  return words;
}

/** The word that is meant; as it is where that says nothing. */
function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** What an address shows. A slash at the end is no other address. */
export function parse(path: string): Route {
  const words = wordsOf(path);
  for (const { page, words: pattern } of PATTERNS) {
    if (pattern.length !== words.length) continue;
    const open: Record<string, string> = {};
    const fits = pattern.every((wanted, at) => {
      const word = words[at] as string;
      if (!wanted.startsWith(":")) return wanted === word;
      open[wanted.slice(1)] = word;
      return word !== "";
    });
    if (fits) return { page, ...open } as Route;
  }
  return { page: "nowhere" };
}

/** How an address of the client is written; null for what is none. */
export function tidy(path: string): string | null {
  if (parse(path).page === "nowhere") return null;
  return `/${wordsOf(path).map(encodeURIComponent).join("/")}`;
}
