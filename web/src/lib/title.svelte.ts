// What the page is called: in the tab, in the history behind the back button, and to a screen reader.

import { isolate } from "./visible";

class Title {
  /** What the page that is shown says of itself; null before it knows. */
  said: string | null = $state(null);
}

export const title = new Title();

/** Says, for as long as a page is there, what it is called. */
export function titled(what: () => string | null | undefined): void {
  const mine = {};
  $effect(() => {
    const name = what();
    if (!name) return;
    title.said = name;
    owner = mine;
    return () => {
      // The next page may have said its own name already.
      if (owner === mine) title.said = null;
    };
  });
}

let owner: object | null = null;

/** The whole title: what is unread, then what it is, then whose page it is. */
export function fullTitle(unread: number, what: string): string {
  return `${unread > 0 ? `(${unread}) ` : ""}${isolate(what)} · Podium`;
}
