// An event, live: reads it over HTTP, joins its topic while one goes there, and does what one wants done. What is known is
// in state.ts; pages show it.

import { api, ApiError, ask, words } from "../../../lib/api";
import { allNamed, keepList, READ, unkeepNamed } from "../../../lib/db";
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
import {
  CHANGED,
  keptBy,
  memoryOf,
  reduce,
  topicOf,
  unknown,
  type Action,
  type EventState,
  type Memory,
} from "./state";

/** People who come and go are listed again after this, in milliseconds, and not for each one of a crowd. */
const SOON = 1_000;

/** What has changed is kept on the device after this, in milliseconds: a crowd that votes changes it all the time. */
const KEEP = 2_000;

/** What the device remembers is shown when nothing newer has come by then, in milliseconds. */
const LATE = 3_000;

/** What the names begin with under which events are kept; the number is that of the form in which they are. */
const EVENTS = `${READ}event/1/`;

/** How many events are kept. */
const MOST = 30;

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
  #keeping: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** Nothing has been heard for this person yet that the device could not know. */
  #isNew = true;
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

  /** What went wrong, if something did. */
  get trouble(): string | null {
    // Of what the device remembers the page says how old it is.
    const { asOf, failure } = this.state;
    return this.failure ?? (failure === null || asOf !== null ? null : words(failure));
  }

  /** Shows it to the person who is signed in. */
  watch(me: Id | null): Promise<void> {
    this.#me = me;
    this.#isNew = true;
    this.people = null;
    this.#do({ type: "watched" });
    return this.load();
  }

  /** Leaves the topic. */
  close(): void {
    this.hide();
    this.#closed = true;
    this.#unheard();
    clearTimeout(this.#listing);
    this.#topic?.leave();
    this.#topic = this.#joined = null;
  }

  async load(): Promise<void> {
    this.#do({ type: "reading" });
    const { reading, phase } = this.state;
    let late = (): void => undefined;
    if (phase === "busy" && this.#isNew && this.#me !== null) {
      const isLate = new Promise<void>((done) => {
        late = done;
        setTimeout(done, LATE);
      });
      void this.#remember(this.#me, reading, isLate);
    }
    try {
      const event = await ask<CountedEvent>("GET", `/v1/events/${encodeURIComponent(this.address)}`);
      this.#do({ type: "event", reading, event });
      if (reading !== this.state.reading) return;
      this.#do({ type: "inside", reading, changes: await this.#inside(event.id) });
    } catch (error) {
      this.#do({ type: "failed", reading, gone: error instanceof ApiError && error.status === 404, error });
      late();
    }
  }

  /** Shows what the device has kept, once nothing better comes soon. */
  async #remember(me: Id, reading: number, isLate: Promise<void>): Promise<void> {
    const all = await allNamed<Memory>(me, EVENTS).catch(() => []);
    await isLate;
    const found = all.find(([, { event }]) => event.id === this.address || event.slug === this.address);
    if (found && me === this.#me) this.#do({ type: "remembered", reading, memory: found[1] });
    all.sort(([, one], [, other]) => (one.at < other.at ? 1 : -1));
    for (const [name] of all.slice(MOST)) if (name !== found?.[0]) unkeepNamed(me, name);
  }

  #keep = (): void => {
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    const memory = memoryOf(this.state, this.parts, new Date().toISOString());
    if (this.#me !== null && memory !== null) keepList(this.#me, EVENTS + memory.event.id, memory);
  };

  /** One does not go there any more: nothing of it stays here. */
  #forget(event: Id): void {
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    if (this.#me !== null) unkeepNamed(this.#me, EVENTS + event);
  }

  /** Looks whether the event has changed, where no topic says so. */
  look(): void {
    if (this.state.phase === "known" && !this.state.live) void this.load();
  }

  /** The page goes out of sight, and may not come back. */
  hide(): void {
    if (this.#keeping !== undefined) this.#keep();
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
    if (before.going && !this.state.going && before.event && action.type !== "watched") this.#forget(before.event.id);
    if (this.state.going) this.#keeping ??= setTimeout(this.#keep, KEEP);
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
      joined: (reply: object) => {
        mine({ type: "joined", reply });
        // There is a network again: the rest is read, too.
        if (this.state.asOf !== null) void this.load();
      },
      // Left on another device, or the event is gone: the server says which.
      over: () => {
        if (this.#joined !== event) return;
        this.#topic = this.#joined = null;
        this.#isNew = false;
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
