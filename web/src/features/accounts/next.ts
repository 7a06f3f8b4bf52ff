// Where to go after signing in or up: where one wanted to go, within this client.

import { leadingTo, within } from "../../lib/within";

/** The address that the page was asked to lead to. */
export function next(): string {
  return within(new URLSearchParams(location.search).get("next"), location.origin) ?? "/";
}

/** The same question for the other of the two pages. */
export function passOn(path: string): string {
  return leadingTo(path, next());
}
