// Changing a meet point, which another person may change at the same time. Nothing that was typed goes, and nothing that
// others wrote is replaced without being seen.

import { api, ApiError, asApiError } from "../../lib/api";
import { drafts } from "../../lib/db";
import type { Id } from "../../lib/id";
import { bodyOf, draftOf, isSame, readDraft, type Draft } from "./form";
import { orNone } from "./part";
import type { MeetPoint } from "../../generated/openapi";

/** Codes that say that it is not what one has seen. */
const CHANGED = new Set(["precondition_failed", "precondition_required"]);

export class Editing {
  draft: Draft = $state() as Draft;
  /** What one has seen, and replaces. */
  seen: MeetPoint | null = $state.raw(null);
  /** Another person has changed it since one has begun to type, and what is typed is another thing. */
  overtaken = $state(false);
  busy = $state(false);
  failure: ApiError | null = $state(null);

  readonly #user: Id;
  readonly #event: Id;

  constructor(user: Id, event: Id, point: MeetPoint | null) {
    this.#user = user;
    this.#event = event;
    this.seen = point;
    this.draft = draftOf(point);
    const kept = readDraft(drafts.get(user, this.#key));
    if (kept !== null) this.draft = kept;
  }

  get #key(): Id {
    return `meet.${this.#event}`;
  }

  get #path(): string {
    return `/v1/events/${this.#event}/meet-point`;
  }

  /** What is typed outlives the sheet and a reload. */
  keep(): void {
    drafts.set(this.#user, this.#key, isSame(this.draft, this.seen) ? "" : JSON.stringify(this.draft));
  }

  /** It is another one now. What nobody has typed anything into shows it; else one is asked. */
  meet(point: MeetPoint | null): void {
    if (point?.revision === this.seen?.revision) return;
    const typed = !isSame(this.draft, this.seen);
    this.seen = point;
    if (typed) this.overtaken = !isSame(this.draft, point);
    else this.draft = draftOf(point);
  }

  /** Takes what the other one has written. */
  takeTheirs(): void {
    this.draft = draftOf(this.seen);
    this.overtaken = false;
    this.keep();
  }

  /** Stores it in the place of what one has seen. Returns it, or undefined if it was not stored. */
  save(): Promise<MeetPoint | undefined> {
    return this.#try(() => api<MeetPoint>("PUT", this.#path, bodyOf(this.draft, this.seen), this.#tag));
  }

  /** Deletes what one has seen. Returns whether it is gone. */
  async remove(): Promise<boolean> {
    const gone = await this.#try(async () => {
      await api("DELETE", this.#path, undefined, this.#tag);
      return true;
    });
    return gone ?? false;
  }

  get #tag(): string | undefined {
    return this.seen === null ? undefined : `"${this.seen.revision}"`;
  }

  async #try<T>(work: () => Promise<T>): Promise<T | undefined> {
    this.busy = true;
    this.failure = null;
    try {
      const done = await work();
      drafts.set(this.#user, this.#key, "");
      return done;
    } catch (error) {
      if (error instanceof ApiError && CHANGED.has(error.code)) await this.#look();
      else this.failure = asApiError(error);
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  /** What is it by now? */
  async #look(): Promise<void> {
    try {
      this.meet(await orNone(api<MeetPoint>("GET", this.#path)));
      this.overtaken = true;
    } catch (error) {
      this.failure = asApiError(error);
    }
  }
}
