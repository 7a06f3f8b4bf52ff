// HTTP: JSON in and out, refusals as errors with the server's code.

import { now } from "./now.svelte";
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

/** Asks without a token. `ifMatch` is the `ETag` of what is to be changed: if it has another one by now, that is refused. */
export async function ask<T>(
  method: string,
  path: string,
  body?: unknown,
  token?: string,
  ifMatch?: string,
): Promise<T> {
  if (method === "GET") return exchange(method, path, body, token);
  changing++;
  try {
    return await exchange(method, path, body, token, ifMatch);
  } finally {
    changing--;
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
    throw new ApiError("unavailable", "", answer.status);
  }
  if (answer.ok) return value as T;
  const problem = (value ?? {}) as Record<string, unknown>;
  throw new ApiError(
    String(problem["code"] ?? "internal"),
    String(problem["detail"] ?? ""),
    answer.status,
    (problem["errors"] as { pointer: string; detail: string }[] | undefined) ?? [],
    problem,
  );
}

/** Asks as the person who is signed in; renews their token first if need be. */
export async function api<T>(method: string, path: string, body?: unknown, ifMatch?: string): Promise<T> {
  const token = await session.token();
  try {
    return await ask<T>(method, path, body, token, ifMatch);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    // The clocks disagree, or another device ended this session: the refresh token knows which.
    return ask<T>(method, path, body, await session.renew(token), ifMatch);
  }
}

/** What to tell a person about an error. */
export function words(error: unknown): string {
  return asApiError(error).message;
}
