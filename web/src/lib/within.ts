// Addresses within this client, and asking for one to be led back to.

import { parse } from "./addresses";

/** Pages that lead on themselves: to come back to one would lead nowhere. */
const DOORS = new Set(["signin", "signup", "nowhere"]);

/** An address of this client, query and all, if `wanted` is one; whatever leads elsewhere, or runs, is none. */
export function within(wanted: string | null, origin: string): string | null {
  if (!wanted?.startsWith("/")) return null;
  let url: URL;
  try {
    // As the browser would take it: `//evil.example` and `/\evil.example` are other hosts.
    url = new URL(wanted, origin);
  } catch {
    return null;
  }
  if (url.origin !== origin || url.pathname.startsWith("//") || DOORS.has(parse(url.pathname).page)) return null;
  return url.pathname + url.search + url.hash;
}

/** The address of the page at `path`, from which one comes back to `wanted`. */
export function leadingTo(path: string, wanted: string): string {
  return wanted === "/" ? path : `${path}?next=${encodeURIComponent(wanted)}`;
}
