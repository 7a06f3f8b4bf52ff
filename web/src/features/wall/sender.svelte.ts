// What is wanted on walls and is not done yet: kept on this device, sent when the connection allows, also of events that
// are not open, and after a reload. What is decided is in store/outbox.ts and store/taps.ts.

import { untrack } from "svelte";
import { apiOnce, ApiError, asApiError } from "../../lib/api";
import { canonical } from "../../lib/emoji";
import { allNamed, changeNamed, keepNamed, unkeepNamed, WISHES } from "../../lib/db";
import { newId, type Id } from "../../lib/id";
import { hold, unfinishedWhile } from "../../lib/leaving";
import { live } from "../../lib/live.svelte";
import { now } from "../../lib/now.svelte";
import * as outbox from "./store/outbox";
import type { Entry, Failure, Wish } from "./store/outbox";
import * as taps from "./store/taps";
import type { Taps } from "./store/taps";
import type { TapsAccepted } from "./types";

/** Codes after which the same is worth sending again. */
const PASSING = new Set(["network", "rate_limited", "overloaded", "unavailable", "internal"]);

/** Faults of the server that are met with patience, before the person is asked. */
const FAULTS = 5;

/** A wait that is no longer than this goes by itself, in milliseconds. */
const BRIEF = 60_000;

/** When the device is asked again for what it would not tell, in milliseconds. */
const LOOK = 10_000;

/** Wishes with something that one has written. */
const HAS_WORDS = new Set<Wish["kind"]>(["post", "edit", "comment", "comment-edit"]);

/** How many things are under way at a time. */
const AT_ONCE = 4;

/** After so long a device's taps are forgotten, and it begins with another source. */
const OLD = 90 * 86_400_000;

const ENTRIES = `${WISHES}wall/`;
const TAPS = "taps/";

/** What is kept of a device's taps on a post. */
interface Kept {
  source: string;
  total: number;
  accepted: number;
  at: number;
}

/** A part that wants to know what becomes of an event's wishes. */
export interface Listener {
  /** What is known now, to tell which answers are newer. */
  turn: () => number;
  done: (entry: Entry, answer: unknown, turn: number) => void;
  refused: (entry: Entry, error: ApiError) => void;
  hyped: (post: Id, mine: number) => void;
}

class Sender {
  entries: readonly Entry[] = $state.raw([]);
  /** By post. */
  taps: ReadonlyMap<Id, Taps> = $state.raw(new Map());

  #user: Id | null = null;
  #listeners = new Map<Id, Set<Listener>>();
  // What is under way, by lane: the id of what was sent.
  #flying = new Map<string, Id>();
  /** Lanes in which something is under way, or waits before it is tried again. */
  #busy = new Set<string>();
  #pauses = new Set<ReturnType<typeof setTimeout>>();
  #faults = 0;
  #looking: ReturnType<typeof setTimeout> | undefined;

  // Of taps: the sources, what is being written, and what the device does not keep.
  #sources = new Map<Id, string>();
  #writing = new Set<Id>();
  #alone = new Set<Id>();
  #timers = new Map<Id, ReturnType<typeof setTimeout>>();

  constructor() {
    if (typeof document === "undefined") return;
    $effect.root(() => {
      $effect(() => {
        if (live.connected) untrack(() => this.hurry());
      });
    });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.hurry());
  }

  /** Begins for the person who is signed in, or ends. */
  follow(user: Id | null): void {
    if (user === this.#user) return;
    this.#user = user;
    this.entries = [];
    this.taps = new Map();
    for (const timer of [...this.#pauses, ...this.#timers.values()]) clearTimeout(timer);
    clearTimeout(this.#looking);
    this.#pauses.clear();
    this.#timers.clear();
    this.#busy = new Set();
    this.#sources.clear();
    this.#flying.clear();
    this.#events.clear();
    this.#writing = new Set();
    this.#alone.clear();
    hold(ENTRIES, false);
    if (user !== null) void this.#restore(user);
  }

  /** Hears what becomes of an event's wishes until the returned function is called. */
  listen(event: Id, listener: Listener): () => void {
    const all = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, all.add(listener));
    return () => all.delete(listener);
  }

  /** Whether something is wanted that this tab would do next. */
  get unsent(): boolean {
    return this.entries.some(({ failed }) => !failed) || [...this.taps.values()].some((one) => taps.waiting(one) > 0);
  }

  /** Wants something done, now or when the connection allows. */
  want(event: Id, wish: Wish): Entry {
    const entry: Entry = { op: newId(), event, wish: spelled(wish), at: new Date(now.server()).toISOString() };
    this.#set(outbox.wanted(this.entries, entry));
    this.#keep(entry);
    this.#pump();
    return entry;
  }

  /** Sends what was refused once more, under the same id. */
  again(op: Id): void {
    this.#set(outbox.marked(this.entries, op, ({ failed: _, ...entry }) => entry));
    const entry = this.entries.find((one) => one.op === op);
    if (entry) this.#keep(entry);
    this.#faults = 0;
    this.#pump();
  }

  /** Gives up on something. */
  drop(op: Id): void {
    this.#set(outbox.givenUp(this.entries, op));
    this.#pump();
  }

  /** There is a connection: what waited for one is sent. */
  hurry(): void {
    for (const pause of this.#pauses) clearTimeout(pause);
    if (this.#pauses.size > 0) {
      this.#pauses.clear();
      this.#busy = new Set([...this.#busy].filter((lane) => this.#flying.has(lane)));
    }
    this.#pump();
    for (const [post, one] of this.taps) {
      this.#tap(post, taps.hurried(one, Date.now()));
      this.#beat(post);
    }
  }

  #pump(): void {
    if (this.#user === null) return;
    for (const entry of outbox.ready(this.entries, this.#busy)) {
      if (this.#flying.size >= AT_ONCE) return;
      void this.#send(entry, this.#user);
    }
  }

  async #send(entry: Entry, user: Id): Promise<void> {
    const lane = outbox.laneOf(entry);
    const listeners = [...(this.#listeners.get(entry.event) ?? [])].map((one) => ({ one, turn: one.turn() }));
    this.#busy.add(lane);
    this.#flying.set(lane, entry.op);
    try {
      const answer = await request(entry);
      if (this.#user !== user) return;
      this.#faults = 0;
      for (const { one, turn } of listeners) one.done(entry, answer, turn);
      this.#set(outbox.dropped(this.entries, entry.op));
    } catch (error) {
      if (this.#user !== user) return;
      const wait = this.#refused(entry, asApiError(error), listeners);
      if (wait !== null) return this.#pause(lane, wait);
    } finally {
      if (this.#user === user && this.#flying.get(lane) === entry.op) this.#flying.delete(lane);
    }
    this.#busy.delete(lane);
    this.#pump();
  }

  #pause(lane: string, wait: number): void {
    this.#flying.delete(lane);
    const pause = setTimeout(() => {
      this.#pauses.delete(pause);
      this.#busy.delete(lane);
      this.#pump();
    }, wait);
    this.#pauses.add(pause);
  }

  /** What becomes of a refusal: how long to wait before the same is sent again, or null where that is of no use. */
  #refused(entry: Entry, error: ApiError, listeners: readonly { one: Listener }[]): number | null {
    const { code, wait, status } = error;
    // The session has ended, or another tab renews it: the wish stays.
    if (code === "unauthorized") return LOOK;
    if (PASSING.has(code) && (wait ?? 0) <= BRIEF && (code !== "internal" || ++this.#faults < FAULTS)) {
      return (wait ?? (code === "network" ? 3_000 : 1_000)) + Math.random() * 400;
    }
    // It is not there any more, or not for oneself: what has no words of one's own goes with it.
    if ((status === 404 || code === "not_member") && !HAS_WORDS.has(entry.wish.kind)) {
      for (const { one } of listeners) one.refused(entry, error);
      this.#set(outbox.dropped(this.entries, entry.op));
      return null;
    }
    const failed: Failure = { code, after: wait === null ? null : Date.now() + wait };
    for (const { one } of listeners) one.refused(entry, error);
    this.#set(outbox.marked(this.entries, entry.op, (one) => ({ ...one, failed })));
    const kept = this.entries.find(({ op }) => op === entry.op);
    if (kept) this.#keep(kept);
    return null;
  }

  #keep(entry: Entry): void {
    if (this.#user === null) return;
    const { alone: _, ...bare } = entry;
    keepNamed(this.#user, ENTRIES + outbox.keyOf(entry), bare, (kept) => {
      this.#set(
        outbox.marked(this.entries, entry.op, ({ alone: _, ...one }) => (kept ? one : { ...one, alone: true })),
      );
    });
  }

  #set(entries: readonly Entry[]): void {
    const before = this.entries;
    this.entries = entries;
    const kept = new Set(entries.map(outbox.keyOf));
    if (this.#user !== null) {
      for (const key of before.map(outbox.keyOf)) if (!kept.has(key)) unkeepNamed(this.#user, ENTRIES + key);
    }
    // The browser asks before it lets go of what nobody else has.
    hold(
      ENTRIES,
      entries.some(({ alone }) => alone === true),
    );
  }

  async #restore(user: Id): Promise<void> {
    try {
      const [entries, kept] = await Promise.all([allNamed<Entry>(user, ENTRIES), allNamed<Kept>(user, TAPS)]);
      if (this.#user !== user) return;
      const old = entries.map(([, entry]) => entry).sort((a, b) => a.at.localeCompare(b.at));
      // What was wanted while this was read comes after what was wanted before.
      this.entries = this.entries.reduce(outbox.wanted, old);
      for (const [name, { source, total, accepted, at }] of kept) {
        const post = name.slice(TAPS.length);
        if (Date.now() - at > OLD) unkeepNamed(user, name);
        else if (!this.taps.has(post)) {
          this.#sources.set(post, source);
          this.#tap(post, { ...taps.NONE, total, accepted });
          this.#beat(post);
        }
      }
    } catch {
      this.#looking = setTimeout(() => this.#user === user && void this.#restore(user), LOOK);
    }
    this.#pump();
  }

  // Taps.

  /** The event of each post that was tapped in this visit. */
  #events = new Map<Id, Id>();

  /** Counts a tap: at once, and for the server soon. */
  tap(event: Id, post: Id): void {
    this.#events.set(post, event);
    this.#tap(post, taps.tapped(this.taps.get(post) ?? taps.NONE));
    void this.#write(post);
  }

  /** One has read that some taps were not taken. */
  calm(post: Id): void {
    const one = this.taps.get(post);
    if (one) this.#tap(post, { ...one, refused: null });
  }

  /** Adds the newest taps to what the device keeps: several tabs count for one source. */
  async #write(post: Id): Promise<void> {
    const user = this.#user;
    if (user === null || this.#writing.has(post)) return;
    this.#writing.add(post);
    for (let one = this.taps.get(post); one && one.unwritten > 0; one = this.taps.get(post)) {
      const count = one.unwritten;
      if (this.#alone.has(post)) {
        this.#tap(post, { ...one, unwritten: 0 });
        break;
      }
      try {
        const kept = await changeNamed<Kept>(user, TAPS + post, (held) => ({
          source: held?.source ?? newId(),
          total: (held?.total ?? 0) + count,
          accepted: held?.accepted ?? 0,
          at: Date.now(),
        }));
        if (this.#user !== user) return;
        this.#sources.set(post, kept.source);
        this.#tap(post, taps.written(this.taps.get(post) ?? one, count, kept));
      } catch {
        if (this.#user !== user) return;
        this.#alone.add(post);
        this.#sources.set(post, newId());
        this.#tap(post, taps.alone(this.taps.get(post) ?? one));
      }
    }
    this.#writing.delete(post);
    this.#beat(post);
  }

  #tap(post: Id, one: Taps): void {
    this.taps = new Map([...this.taps, [post, one]]);
  }

  /** Sends the total when it is due. */
  #beat(post: Id): void {
    const one = this.taps.get(post);
    const due = one ? taps.dueAt(one) : null;
    clearTimeout(this.#timers.get(post));
    if (due === null || !this.#sources.has(post)) return;
    const wait = Math.max(0, due - Date.now());
    this.#timers.set(
      post,
      setTimeout(() => void this.#hype(post), wait),
    );
  }

  async #hype(post: Id): Promise<void> {
    const [user, one, source] = [this.#user, this.taps.get(post), this.#sources.get(post)];
    if (user === null || !one || source === undefined) return;
    const due = taps.dueAt(one);
    if (due === null || due > Date.now()) return this.#beat(post);
    const under = taps.sent(one, Date.now());
    this.#tap(post, under);
    const after = (how: (one: Taps) => Taps): void => {
      const held = this.taps.get(post);
      if (held) this.#tap(post, how(held));
    };
    try {
      const answer = await apiOnce<TapsAccepted>("PUT", `/v1/posts/${post}/hype/me`, { source, total: under.sending });
      if (this.#user !== user) return;
      after((held) => taps.answered(held, answer, Date.now()));
      this.#tell(post, (listener) => listener.hyped(post, answer.mine));
    } catch (error) {
      if (this.#user !== user) return;
      const { code, wait } = asApiError(error);
      const passes = (PASSING.has(code) && code !== "internal") || code === "unauthorized";
      if (passes || (code === "internal" && under.faults < FAULTS)) {
        after((held) => taps.failed(held, Date.now(), wait));
      } else after((held) => taps.refused(held, code));
    }
    this.#note(user, post);
    this.#beat(post);
  }

  /** Takes down on the device what was accepted, and what will never be. */
  #note(user: Id, post: Id): void {
    const one = this.taps.get(post);
    if (!one || this.#alone.has(post)) return;
    changeNamed<Kept>(user, TAPS + post, (held) => ({
      source: held?.source ?? this.#sources.get(post) ?? newId(),
      total: one.refused ? one.total : Math.max(held?.total ?? 0, one.accepted),
      accepted: Math.max(held?.accepted ?? 0, one.accepted),
      at: held?.at ?? Date.now(),
    })).catch(() => undefined);
  }

  #tell(post: Id, how: (listener: Listener) => void): void {
    const event = this.#events.get(post);
    const all = event === undefined ? [...this.#listeners.values()] : [this.#listeners.get(event) ?? []];
    for (const listeners of all) for (const listener of listeners) how(listener);
  }
}

function spelled(wish: Wish): Wish {
  return wish.kind === "react" ? { ...wish, emoji: canonical(wish.emoji) } : wish;
}

/** Asks the server for what is wanted. */
function request({ op, event, wish }: Entry): Promise<unknown> {
  switch (wish.kind) {
    case "post":
      return apiOnce("POST", `/v1/events/${event}/posts`, { id: op, ...wish.body });
    case "edit":
      return apiOnce("PATCH", `/v1/posts/${wish.post}`, { body: wish.body.body, op });
    case "remove":
      return apiOnce("DELETE", `/v1/posts/${wish.post}`);
    case "close":
      return apiOnce("POST", `/v1/posts/${wish.post}/close`);
    case "vote":
      return wish.options.length > 0
        ? apiOnce("PUT", `/v1/posts/${wish.post}/votes/me`, { options: wish.options })
        : apiOnce("DELETE", `/v1/posts/${wish.post}/votes/me`);
    case "react":
      return apiOnce(wish.on ? "PUT" : "DELETE", `/v1/posts/${wish.post}/reactions/${encodeURIComponent(wish.emoji)}`);
    case "comment":
      return apiOnce("POST", `/v1/posts/${wish.post}/comments`, { id: op, text: wish.text });
    case "comment-edit":
      return apiOnce("PATCH", `/v1/comments/${wish.comment}`, { text: wish.text, op });
    case "comment-remove":
      return apiOnce("DELETE", `/v1/comments/${wish.comment}`);
  }
}

export const sender = new Sender();
unfinishedWhile(() => sender.unsent);
