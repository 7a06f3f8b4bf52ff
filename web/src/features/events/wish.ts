// What a person asked for before signing up or in, and what is done once they are back. An address alone is no wish:
// anybody may send one. So it is the address and what this tab remembers, together.

import { leadingTo } from "../../lib/within";
import { router } from "../../lib/router.svelte";
import { tab } from "../../lib/storage";

const KEY = "podium.wish";

/** To the page at `path`, and back to the page that is open, where `what` is done then. */
export function wishing(path: string, what: string): string {
  const url = new URL(location.href);
  url.searchParams.set(what, "1");
  return leadingTo(path, url.pathname + url.search);
}

/** Remembers that it was asked for on this page. */
export function wish(what: string): void {
  tab.set(KEY, `${what} ${location.pathname}`);
}

/** Whether it was asked for on this page: true once. The address is as it was before. */
export function fulfil(what: string): boolean {
  const url = new URL(location.href);
  if (!url.searchParams.has(what)) return false;
  url.searchParams.delete(what);
  router.go(url.pathname + url.search + url.hash, { replace: true });
  const wished = tab.get(KEY) === `${what} ${url.pathname}`;
  tab.remove(KEY);
  return wished;
}

/** One's wish to go to an event, from before signing up or in. */
export const GOING = "going";
