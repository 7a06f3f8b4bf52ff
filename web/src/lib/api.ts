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

/** What the server answered, and the `ETag` by which a later change can say what it is a change of. */
export interface Tagged<T> {
  value: T;
  tag: string | null;
}

/** A bad network is slow for longer than a good server is. */
const PATIENCE = 20_000;

let changing = 0;

/** Whether something is being changed at the server right now. */
export function isChanging(): boolean {
  return changing > 0;
}

/** Asks without a token. */
export async function ask<T>(method: string, path: string, body?: unknown, token?: string): Promise<T> {
  return (await exchange<T>({ method, path, body, token })).value;
}

interface Request {
  method: string;
  path: string;
  body?: unknown;
  token?: string | undefined;
  /** The request counts for what has this `ETag` alone. */
  ifMatch?: string | null;
}

async function exchange<T>(request: Request): Promise<Tagged<T>> {
  if (request.method === "GET") return send(request);
  changing++;
  try {
    return await send(request);
  } finally {
    changing--;
  }
}

async function send<T>({ method, path, body, token, ifMatch }: Request): Promise<Tagged<T>> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  if (ifMatch != null) headers["if-match"] = ifMatch;
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
  if (answer.ok) return { value: value as T, tag: answer.headers.get("etag") };
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
export async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  return (await tagged<T>(method, path, body)).value;
}

/** The same with the answer's `ETag`. With `ifMatch`, what was changed since then is refused (`precondition_failed`). */
export async function tagged<T>(
  method: string,
  path: string,
  body?: unknown,
  ifMatch?: string | null,
): Promise<Tagged<T>> {
  const request = { method, path, body, ifMatch: ifMatch ?? null };
  const token = await session.token();
  try {
    return await exchange<T>({ ...request, token });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    // The clocks disagree, or another device ended this session: the refresh token knows which.
    return exchange<T>({ ...request, token: await session.renew(token) });
  }
}

/** What to tell a person about an error. */
export function words(error: unknown): string {
  return asApiError(error).message;
}
