// When what was refused for the moment is tried again: requests, sockets and the joins of topics. Nothing here waits.

import type { Refusal } from "../generated/asyncapi";

/** A request, as far as it matters for sending it again. */
export interface Asked {
  method: string;
  path: string;
  body?: unknown;
  /** The tag of what it changes, if it is held to one. */
  ifMatch?: string | undefined;
}

/** A refusal, as far as it matters. */
export interface Refused {
  code: string;
  /** What `Retry-After` says, in milliseconds. */
  wait: number | null;
  /** The names of the limits that are used up, by the header `RateLimit`. */
  limits: readonly string[];
}

/** What was done so far: the repeats, and the milliseconds since the first one was sent. */
export interface Spent {
  repeats: number;
  time: number;
}

interface Bound {
  repeats: number;
  time: number;
}

/** How long most requests go on. After that a person decides. */
const USUAL: Bound = { repeats: 5, time: 60_000 };

/** How long one stands at the door: a whole crowd comes in through one address, some people a second. */
const ENTERING: Bound = { repeats: 120, time: 600_000 };

/** The more often one was refused, the longer one waits beyond what was asked for: up to this, in milliseconds. */
const MOST_MORE = 8_000;

const LOGIN = "/v1/auth/login";

/** What devices ask by themselves. */
const NOT_ENTERING = new Set(["/v1/auth/refresh", "/v1/auth/logout"]);

/** Whether a request lets a person in: a crowd sends it all at once, each from the same address. */
export function isEntering({ path }: Pick<Asked, "path">): boolean {
  return path.startsWith("/v1/auth/") && !NOT_ENTERING.has(path);
}

/** Whether the same may be sent again without doing anything twice. */
function isSafe({ method, body, ifMatch }: Asked): boolean {
  if (method === "GET") return true;
  if (method === "PUT") return ifMatch === undefined;
  return method === "POST" && typeof (body as { id?: unknown } | null | undefined)?.id === "string";
}

/** Whether a refusal is passing and a repeat by itself does no harm. */
export function mayRepeat(asked: Asked, { code, limits }: Refused): boolean {
  switch (code) {
    case "rate_limited":
      // The same password would be wrong again, and count again. Only the server can say that it is not about that.
      if (asked.path === LOGIN) return limits.length > 0 && !limits.some((name) => name.includes("failures"));
      return true;
    case "overloaded":
      return true;
    // The outcome is unknown.
    case "unavailable":
      return isSafe(asked);
    default:
      return false;
  }
}

/** The wait before the same is sent again, in milliseconds, or null if it is not. `chance` is from 0 to 1. */
export function waitBefore(asked: Asked, refused: Refused, { repeats, time }: Spent, chance: number): number | null {
  if (refused.wait === null || !mayRepeat(asked, refused)) return null;
  const bound = isEntering(asked) ? ENTERING : USUAL;
  // Never sooner than was asked for, and not all at the same moment.
  const more = Math.min(MOST_MORE, 400 * 1.5 ** Math.min(repeats, 20));
  const wait = refused.wait + chance * more;
  return repeats < bound.repeats && time + wait <= bound.time ? wait : null;
}

/** The milliseconds of a `Retry-After`: it has seconds or a date. */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** The names of the limits in a `RateLimit` header that have nothing left: `"searches";r=0;t=3, "reads";r=20`. */
export function usedUp(header: string | null): string[] {
  const names: string[] = [];
  for (const [, name = "", parameters = ""] of (header ?? "").matchAll(/"([^"\\]*)"((?:\s*;[^",;]*)*)/g)) {
    if (/;\s*r\s*=\s*0\s*(?:;|$)/.test(parameters)) names.push(name);
  }
  return names;
}

/** `base` grows with the tries up to `most`; half of it is chance, so that a crowd does not come back as one. */
export function jittered(tries: number, base: number, most: number): number {
  const wait = Math.min(most, base * 2 ** Math.min(tries - 1, 10));
  return wait / 2 + Math.random() * wait;
}

/** The wait before topics are joined again, in milliseconds: never less than a refusal has asked for. */
export function beforeRejoin(tries: number, notBefore: number, now: number): number {
  return Math.max(notBefore - now, 0) + jittered(tries, 500, 10_000);
}

/** The time that the refusal of a join asks to wait, in milliseconds. */
export function askedToWait(event: string, payload: unknown): number {
  if (event !== "phx_reply") return 0;
  const { status, response } = (payload ?? {}) as { status?: string; response?: Partial<Refusal> | null };
  return status === "error" ? (response?.retry_after_ms ?? 0) : 0;
}
