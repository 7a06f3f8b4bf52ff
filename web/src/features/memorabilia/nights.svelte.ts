// What one writes down of one's nights, kept on this device until the server has it: through a reload, and a tunnel.
//
// A night is stored as a whole, so sending the same twice does no harm, and of several wishes the newest is enough.

import { api, ApiError, words } from "../../lib/api";
import { drafts, keepList, keptList } from "../../lib/db";
import type { Id } from "../../lib/id";
import { lasting } from "../../lib/lasting.svelte";
import { unfinishedWhile } from "../../lib/leaving";
import { session } from "../../lib/session.svelte";
import { bodyOf, EMPTY, isSame, memoryOf, read, write, type Memory } from "./memory";
import { NAME, onPerson } from "./resume";
import type { Memorabilia } from "../../generated/openapi";

/** Codes after which the same is worth sending again. */
const PASSING = new Set(["network", "rate_limited", "overloaded", "unavailable", "internal"]);

/** The first wait before that, and the longest, in milliseconds. */
const WAIT = 2_000;
const LONGEST_WAIT = 60_000;

export class Night {
  /** What the server has; null for nothing, undefined while that is unknown. */
  stored: Memorabilia | null | undefined = $state.raw();
  /** What is typed. */
  memory: Memory = $state() as Memory;
  /** What is to be stored. */
  wanted: Memory | null = $state.raw(null);
  /** It could not be stored yet, and is tried again. */
  waiting = $state(false);
  /** Why it was not stored, deleted or read. */
  failure: string | null = $state(null);
  busy = $state(false);

  /** What is typed is not what is, or will be, stored. */
  readonly begun = $derived(!isSame(this.memory, this.shown ?? EMPTY));

  #turn = 0;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending = false;
  #closed = false;

  constructor(
    readonly user: Id,
    readonly event: Id,
  ) {
    const kept = read(drafts.get(user, this.#name));
    this.memory = kept?.memory ?? { ...EMPTY };
    this.wanted = kept?.wanted ?? null;
    addEventListener("online", this.#hurry);
    void this.load(kept === null);
    void this.#pump();
  }

  /** What stands there, as far as one has written it: what waits is newer than what is stored. */
  get shown(): Memory | null {
    return this.wanted ?? (this.stored ? memoryOf(this.stored) : null);
  }

  get #name(): Id {
    return NAME + this.event;
  }

  get #path(): string {
    return `/v1/events/${this.event}/memorabilia/me`;
  }

  /** Reads what is stored. What is typed stays, unless nothing is. */
  async load(fill = !this.begun): Promise<void> {
    const turn = ++this.#turn;
    this.failure = null;
    let stored: Memorabilia | null;
    try {
      stored = await api<Memorabilia>("GET", this.#path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) stored = null;
      else {
        // Without a network, what this device has read before.
        const kept = await keptList<Memorabilia>(this.user, this.#name).catch(() => undefined);
        if (turn !== this.#turn) return;
        if (kept) this.#is(kept, fill);
        else this.failure = words(error);
        return;
      }
    }
    if (turn !== this.#turn) return;
    this.#is(stored, fill);
    keepList(this.user, this.#name, stored);
  }

  /** What is typed outlives the sheet and a reload. */
  keep(): void {
    const rest = this.begun || this.wanted !== null;
    drafts.set(this.user, this.#name, rest ? write({ memory: this.memory, wanted: this.wanted }) : "");
  }

  /** Stores what is typed, now or when there is a network. */
  store(): void {
    this.wanted = { ...this.memory };
    this.failure = null;
    this.#tries = 0;
    this.keep();
    void this.#pump();
  }

  /** Types anew what is, or will be, stored. */
  forget(): void {
    this.memory = { ...(this.shown ?? EMPTY) };
    this.keep();
  }

  /** Deletes it for good. Returns whether it is gone. */
  async remove(): Promise<boolean> {
    this.busy = true;
    this.failure = null;
    try {
      await api("DELETE", this.#path);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) {
        this.failure = words(error);
        return false;
      }
    } finally {
      this.busy = false;
    }
    this.#turn++;
    this.stored = this.wanted = null;
    this.waiting = false;
    this.memory = { ...EMPTY };
    this.keep();
    keepList(this.user, this.#name, null);
    return true;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    removeEventListener("online", this.#hurry);
  }

  #is(stored: Memorabilia | null, fill: boolean): void {
    this.stored = stored;
    if (fill && this.wanted === null) this.memory = memoryOf(stored);
  }

  async #pump(): Promise<void> {
    clearTimeout(this.#timer);
    const wanted = this.wanted;
    // What is one person's is not stored for another, who has signed in since.
    if (wanted === null || this.#sending || this.#closed || session.profile?.id !== this.user) return;
    this.#sending = true;
    try {
      const stored = await api<Memorabilia>("PUT", this.#path, bodyOf(wanted));
      this.#turn++;
      this.stored = stored;
      keepList(this.user, this.#name, stored);
      // Unless one has wanted another thing meanwhile.
      if (this.wanted === wanted) this.wanted = null;
      this.waiting = false;
      this.#tries = 0;
    } catch (error) {
      if (error instanceof ApiError && PASSING.has(error.code)) {
        this.waiting = true;
        const wait = Math.min(LONGEST_WAIT, WAIT * 2 ** this.#tries++);
        this.#timer = setTimeout(() => void this.#pump(), wait / 2 + Math.random() * wait);
      } else if (this.wanted === wanted) {
        // What was refused for good is still typed, and can be mended.
        this.wanted = null;
        this.waiting = false;
        this.failure = words(error);
      }
    }
    this.#sending = false;
    if (this.#closed) return;
    this.keep();
    if (this.wanted !== null && !this.waiting) void this.#pump();
  }

  #hurry = (): void => {
    this.#tries = 0;
    void this.#pump();
  };
}

class Nights {
  #open = new Map<Id, Night>();
  #user: Id | null = null;

  /** A night, the same for all that show it. */
  of(user: Id, event: Id): Night {
    this.follow(user);
    let night = this.#open.get(event);
    if (!night) {
      night = lasting(() => new Night(user, event));
      this.#open.set(event, night);
    }
    return night;
  }

  /** Stores what an earlier visit left unstored. */
  resume(user: Id): void {
    if (session.profile?.id !== user) return;
    for (const name of drafts.names(user, NAME)) {
      if (read(drafts.get(user, name))?.wanted) this.of(user, name.slice(NAME.length));
    }
  }

  follow(user: Id | null): void {
    if (user === this.#user) return;
    this.#user = user;
    this.#open.forEach((night) => night.close());
    this.#open.clear();
  }

  /** Whether something is wanted that the server does not have yet. */
  get unstored(): boolean {
    return [...this.#open.values()].some(({ wanted }) => wanted !== null);
  }
}

export const nights = new Nights();
unfinishedWhile(() => nights.unstored);
onPerson((user) => nights.follow(user));
