// HTTP: JSON in and out, refusals as errors with the server's code.

import { now } from "./now.svelte";
import { session } from "./session.svelte";

/** What the server refused, or what kept it from being asked (`network`). */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    detail: string,
    readonly status = 0,
    readonly errors: { pointer: string; detail: string }[] = [],
    readonly details: Record<string, unknown> = {},
  ) {
    super(detail);
  }

  /** What is wrong with the field of this name. */
  field(name: string): string | undefined {
    return this.errors.find(({ pointer }) => pointer === `/${name}`)?.detail;
  }
}

/** A bad network is slow for longer than a good server is. */
const PATIENCE = 20_000;

/** Asks without a token. */
export async function ask<T>(method: string, path: string, body?: unknown, token?: string): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
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
    throw new ApiError("network", "No connection. Check your network and try again.");
  }
  let value: unknown;
  try {
    value = text === "" ? undefined : JSON.parse(text);
  } catch {
    // A proxy on the way may answer with a page.
    throw new ApiError("unavailable", "Something between you and Podium answered instead of it.", answer.status);
  }
  if (answer.ok) return value as T;
  const problem = (value ?? {}) as Record<string, unknown>;
  throw new ApiError(
    String(problem["code"] ?? "internal"),
    String(problem["detail"] ?? answer.statusText),
    answer.status,
    (problem["errors"] as { pointer: string; detail: string }[] | undefined) ?? [],
    problem,
  );
}

/** Asks as the person who is signed in; renews their token first if need be. */
export async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const token = await session.token();
  try {
    return await ask<T>(method, path, body, token);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    // The clocks disagree, or another device ended this session: the refresh token knows which.
    return ask<T>(method, path, body, await session.renew(token));
  }
}

/** What to tell a person about an error. */
export function words(error: unknown): string {
  return error instanceof Error ? error.message : "Something went wrong.";
}
