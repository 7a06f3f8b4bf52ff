// Where to go after signing in or up: where one wanted to go, within this client.

import { parse } from "./router.svelte";

/** The address that the page was asked to lead to. */
export function next(): string {
  const wanted = new URLSearchParams(location.search).get("next");
  return wanted?.startsWith("/") && !wanted.startsWith("//") && parse(wanted).page !== "nowhere" ? wanted : "/";
}

/** The same question for the other of the two pages. */
export function passOn(path: string): string {
  const wanted = next();
  return wanted === "/" ? path : `${path}?next=${encodeURIComponent(wanted)}`;
}
