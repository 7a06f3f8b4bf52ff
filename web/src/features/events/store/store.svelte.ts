// An event, live: reads it over HTTP, joins its topic while one goes there, and does what one wants done. What is known is
// in state.ts; pages show it.

import { api, ApiError, ask, words } from "../../../lib/api";
import { live, type Topic } from "../../../lib/live.svelte";
import type { CountedEvent, Event as LiveEvent } from "../../../generated/openapi";
import type { Id } from "../../../lib/id";
import { inbox } from "../../inbox/inbox.svelte";
import { t } from "../texts";
import { counts } from "./counts";
import { change, type AnyPart, type Change, type Get, type Part } from "./part";
import { PARTS } from "./parts";
import { EventPeople } from "./people.svelte";
import { older, openPods, podPage } from "./pods";
import { role } from "./role";
import { CHANGED, keptBy, reduce, topicOf, unknown, type Action, type EventState } from "./state";

/** People who come and go are listed again after this, in milliseconds, and not for each one of a crowd. */
const SOON = 1_000;

const get: Get = (path) => api("GET", path);

export class EventStore {
  state: EventState = $state.raw(unknown(PARTS));
  /** Its people, for its members. */
  people: EventPeople | null = $state.raw(null);
  /** Something that one wants is under way. */
  busy = $state(false);
  /** Why the last thing that one wanted was not done. */
  failure: string | null = $state(null);

  #me: Id | null = null;
  #topic: Topic | null = null;
  #joined: Id | null = null;
  #listing: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** One has become a host, or is none any more. */
  #unheard = inbox.onRole((event, now) => {
    if (event === this.state.event?.id) this.change(role, () => now);
  });

  /** `address` is an id, or the name in the event's address. */
  constructor(
    readonly address: string,
    readonly parts: readonly AnyPart[] = PARTS,
  ) {}

  /** What a part keeps. */
  kept<Kept>(part: Part<Kept>): Kept {
    return keptBy(this.state, part);
  }

  /** Why there is nothing newer, if so. */
  get trouble(): string | null {
    return this.failure ?? (this.state.failure === null ? null : words(this.state.failure));
  }

  /** Shows it to the person who is signed in. */
  watch(me: Id | null): Promise<void> {
    this.#me = me;
    this.people = null;
    this.#do({ type: "watched" });
    return this.load();
  }

  /** Leaves the topic. */
  close(): void {
    this.#closed = true;
    this.#unheard();
    clearTimeout(this.#listing);
    this.#topic?.leave();
    this.#topic = this.#joined = null;
  }

  async load(): Promise<void> {
    this.#do({ type: "reading" });
    const { reading } = this.state;
    try {
      const event = await ask<CountedEvent>("GET", `/v1/events/${encodeURIComponent(this.address)}`);
      this.#do({ type: "event", reading, event });
      if (reading !== this.state.reading) return;
      this.#do({ type: "inside", reading, changes: await this.#inside(event.id) });
    } catch (error) {
      this.#do({ type: "failed", reading, gone: error instanceof ApiError && error.status === 404, error });
    }
  }

  /** Looks whether the event has changed, where no topic says so. */
  look(): void {
    if (this.state.phase === "known" && !this.state.live) void this.load();
  }

  /** The news were seen. */
  seen(): void {
    this.#do({ type: "seen" });
  }

  /** Does something that one wants, and says what went wrong. */
  async run(work: () => Promise<unknown>): Promise<void> {
    this.busy = true;
    this.failure = null;
    try {
      await work();
    } catch (error) {
      const full = error instanceof ApiError && error.code === "pod_full";
      const failure = full ? t.podFull : words(error);
      await this.load();
      this.failure = failure;
    }
    this.busy = false;
  }

  go(): Promise<void> {
    return this.run(async () => {
      const { event } = this.state;
      if (!event) return;
      await api("PUT", `/v1/events/${event.id}/members/me`, {});
      await this.load();
    });
  }

  leave(): Promise<void> {
    return this.run(async () => {
      const { event } = this.state;
      if (!event) return;
      await api("DELETE", `/v1/events/${event.id}/members/me`);
      void inbox.read();
      await this.load();
    });
  }

  /** One has changed the event oneself. */
  edited(event: LiveEvent): void {
    this.#do({ type: "edited", event });
    void this.load();
  }

  /** Reads the next page of older pods. */
  async olderPods(): Promise<void> {
    const { event } = this.state;
    const { next } = this.kept(openPods);
    if (!event || next === null) return;
    const page = await podPage(event.id, next, get);
    this.change(openPods, (kept) => older(kept, next, page));
  }

  /** Changes what a part keeps. */
  change<Kept>(part: Part<Kept>, how: (kept: Kept) => Kept): void {
    this.#do({ type: "changed", change: change(part, how) });
  }

  /** What members see, as changes to what the parts keep; null for one who does not go there. */
  async #inside(event: Id): Promise<readonly Change[] | null> {
    if (this.#me === null) return null;
    const people = (this.people ??= new EventPeople(event));
    const reads = this.parts.flatMap(({ name, read }) => (read ? [{ name, read }] : []));
    try {
      const [, ...changes] = await Promise.all([
        people.read(),
        ...reads.map(async ({ name, read }): Promise<Change> => ({ part: name, how: await read(event, get) })),
      ]);
      return people.list === null ? null : changes;
    } catch (error) {
      if (error instanceof ApiError && error.code === "not_member") return null;
      throw error;
    }
  }

  #do(action: Action): void {
    if (this.#closed) return;
    const before = this.state;
    this.state = reduce(before, action, this.parts);
    if (before === this.state) return;
    this.#follow(topicOf(this.state));
    const [was, is] = [keptBy(before, counts).members, keptBy(this.state, counts).members];
    if (was !== null && is !== null && was !== is) this.#listAgain();
  }

  #follow(event: Id | null): void {
    if (event === this.#joined) return;
    this.#topic?.leave();
    this.#topic = null;
    this.#joined = event;
    if (event === null) return;
    const names = new Set([CHANGED, ...this.parts.flatMap(({ on }) => Object.keys(on ?? {}))]);
    const mine = (action: Action): void => {
      if (this.#joined === event) this.#do(action);
    };
    this.#topic = live.join("event", event, {
      on: Object.fromEntries(
        [...names].map((name) => [name, (payload: unknown) => mine({ type: "pushed", event: name, payload })]),
      ),
      joined: (reply: object) => mine({ type: "joined", reply }),
      // Left on another device, or the event is gone: the server says which.
      over: () => {
        if (this.#joined !== event) return;
        this.#topic = this.#joined = null;
        this.#do({ type: "lost" });
        void this.load();
      },
    });
  }

  /** A member has joined or left. */
  #listAgain(): void {
    this.#listing ??= setTimeout(() => {
      this.#listing = undefined;
      if (this.state.going) void this.people?.read().catch(() => undefined);
    }, SOON);
  }
}
