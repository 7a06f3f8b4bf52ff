// Parts whose scripts and texts are fetched when they are first needed: once one is there, it is there at once.

import type { Component } from "svelte";
import { entryOf, type Loader, type PageName } from "../pages";
import { speaker, withTexts } from "./language.svelte";

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Part = Component<any>;

const coming = new WeakMap<Loader, Promise<Part>>();
const here = new WeakMap<Loader, Part>();

/** Fetches a part, once. Where that fails, the next call tries again. */
export function fetched(load: Loader): Promise<Part> {
  const held = coming.get(load);
  if (held) return held;
  const part = withTexts(load()).then(({ default: part }) => {
    here.set(load, part);
    return part;
  });
  coming.set(load, part);
  part.catch(() => coming.delete(load));
  return part;
}

/** The part, if it is there already. */
export function atHand(load: Loader): Part | null {
  return here.get(load) ?? null;
}

/** Fetches a page and its texts. */
export function fetchPage(page: PageName): Promise<Part> {
  const { load, texts } = entryOf(page);
  speaker.begin(...texts);
  return fetched(load);
}
