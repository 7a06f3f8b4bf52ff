// HTTP: JSON in and out, refusals as errors with the server's code.

import { now } from "./now.svelte";
import { isEntering, retryAfter, usedUp, waitBefore, type Asked } from "./patience";
import { queue } from "./queue.svelte";
import { session } from "./session.svelte";
import { rule, sentence } from "./words";

/** What the server refused, or what kept it from being asked (`network`). Its message is for people. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    readonly detail = "",
    readonly status = 0,
    readonly errors: { pointer: string; detail: string }[] = [],
    readonly details: Record<string, unknown> = {},
    /** The milliseconds after which the same may be tried again, if the server says so. */
    readonly wait: number | null = null,
    /** The names of the limits that are used up, if it says so. */
    readonly limits: readonly string[] = [],
  ) {
    super(sentence(code));
  }

  /** What is wrong with the field of this name, for people. */
  field(name: string): string | undefined {
    const found = this.errors.find(({ pointer }) => pointer === `/${name}`);
    return found && rule(found.detail);
  }
}

/** Any error as one that can be shown. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError("unforeseen");
}

/** A bad network is slow for longer than a good server is. */
const PATIENCE = 20_000;

let changing = 0;

/** Whether something is being changed at the server right now. */
export function isChanging(): boolean {
  return changing > 0;
}

/** How a request is sent, beside what it is. */
export interface Manner {
  token?: string | undefined;
  /** The `ETag` of what is to be changed: if it has another one by now, that is refused. */
  ifMatch?: string | undefined;
  /** It is sent once: the caller sends it again itself. */
  once?: boolean;
  /** Ends a wait for the next turn; what is on its way goes on. */
  leaving?: AbortSignal | undefined;
}

/**
 * Asks, without a token if none is given. Where the server says when to come again, and a repeat does nothing twice, it
 * is asked again then; `queue` says that this goes on.
 */
export async function ask<T>(method: string, path: string, body?: unknown, manner: Manner = {}): Promise<T> {
  if (method === "GET") return inTurn(method, path, body, manner);
  changing++;
  try {
    return await inTurn(method, path, body, manner);
  } finally {
    changing--;
  }
}

async function inTurn<T>(method: string, path: string, body: unknown, manner: Manner): Promise<T> {
  const { token, ifMatch, leaving, once } = manner;
  const asked: Asked = { method, path, body, ifMatch };
  const start = Date.now();
  for (let repeats = 0; ; repeats++) {
    try {
      return await exchange(method, path, body, token, ifMatch);
    } catch (error) {
      if (once || !(error instanceof ApiError)) throw error;
      const wait = waitBefore(asked, error, { repeats, time: Date.now() - start }, Math.random());
      if (wait === null || !(await queue.wait(wait, isEntering(asked), leaving))) throw error;
    }
  }
}

async function exchange<T>(method: string, path: string, body?: unknown, token?: string, ifMatch?: string): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  if (ifMatch !== undefined) headers["if-match"] = ifMatch;
  if (body !== undefined) headers["content-type"] = "application/json";
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(path, {
      method,
      headers,
      // What others may read for some moments as it was, one has just changed oneself.
      cache: "no-cache",
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
    });
    now.hear(answer.headers.get("date"));
    text = await answer.text();
  } catch {
    throw new ApiError("network");
  }
  let value: unknown;
  try {
    value = text === "" ? undefined : JSON.parse(text);
  } catch {
    // A proxy on the way may answer with a page.
    throw new ApiError("unavailable", "", answer.status, [], {}, waitOf(answer));
  }
  if (answer.ok) return value as T;
  const problem = (value ?? {}) as Record<string, unknown>;
  throw new ApiError(
    String(problem["code"] ?? "internal"),
    String(problem["detail"] ?? ""),
    answer.status,
    (problem["errors"] as { pointer: string; detail: string }[] | undefined) ?? [],
    problem,
    waitOf(answer),
    usedUp(answer.headers.get("ratelimit")),
  );
}

function waitOf({ status, headers }: Response): number | null {
  return status === 429 || status === 503 ? retryAfter(headers.get("retry-after"), Date.now()) : null;
}

/** Asks as the person who is signed in; renews their token first if need be. */
export function api<T>(method: string, path: string, body?: unknown, ifMatch?: string): Promise<T> {
  return signedIn(method, path, body, { ifMatch });
}

/** The same, for callers with a queue of their own: a refusal that passes is theirs to wait out. */
export function apiOnce<T>(method: string, path: string, body?: unknown): Promise<T> {
  return signedIn(method, path, body, { once: true });
}

/** The same, until one does not want to know any more: `leaving` ends a wait for the next turn. */
export function apiWhile<T>(method: string, path: string, leaving: AbortSignal): Promise<T> {
  return signedIn(method, path, undefined, { leaving });
}

async function signedIn<T>(method: string, path: string, body: unknown, manner: Manner): Promise<T> {
  const token = await session.token();
  try {
    return await ask<T>(method, path, body, { ...manner, token });
  } catch (error) {
    // The clocks disagree, or another device ended this session: the refresh token knows which. Or the address was
    // confirmed since this token was issued.
    if (!(error instanceof ApiError) || (error.status !== 401 && error.code !== "unconfirmed")) throw error;
    return ask<T>(method, path, body, { ...manner, token: await session.renew(token) });
  }
}

/** What to tell a person about an error. */
export function words(error: unknown): string {
  return asApiError(error).message;
}
