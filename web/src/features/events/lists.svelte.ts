// Lists of events: what is on, what was looked for, and one's own.

import { api, ask } from "../../lib/api";
import { LONGEST, phaseOf, soonest, startOf } from "./time";
import { now } from "../../lib/now.svelte";
import { mergePages, type Page } from "../../lib/pages";
import type { Event as LiveEvent } from "../../generated/openapi";

const PAGE = 30;

/** What is on, or what fits some words. */
export class EventSearch {
  items: LiveEvent[] = $state.raw([]);
  /** The words that `items` fit. */
  words = $state("");
  phase: "busy" | "known" | "failed" = $state("busy");
  /** How the next page fares. */
  more: "idle" | "busy" | "failed" = $state("idle");

  #next: string | null = $state(null);
  /** Grows with each search: what an older one answers says nothing any more. */
  #turn = 0;

  get hasMore(): boolean {
    return this.#next !== null;
  }

  async find(words: string): Promise<void> {
    const turn = ++this.#turn;
    this.phase = "busy";
    this.more = "idle";
    try {
      const page = await read(words, null);
      if (turn !== this.#turn) return;
      this.items = mergePages([], page.items, ({ id }) => id);
      this.#next = page.next;
      this.phase = "known";
    } catch {
      if (turn !== this.#turn) return;
      this.items = [];
      this.#next = null;
      this.phase = "failed";
    }
    this.words = words;
  }

  async readOn(): Promise<void> {
    if (this.#next === null || this.more === "busy") return;
    const turn = this.#turn;
    this.more = "busy";
    try {
      const page = await read(this.words, this.#next);
      if (turn !== this.#turn) return;
      this.items = mergePages(this.items, page.items, ({ id }) => id);
      this.#next = page.next;
      this.more = "idle";
    } catch {
      if (turn === this.#turn) this.more = "failed";
    }
  }
}

function read(words: string, cursor: string | null): Promise<Page<LiveEvent>> {
  const params = new URLSearchParams({ limit: String(PAGE) });
  if (words) params.set("q", words);
  if (cursor) params.set("cursor", cursor);
  return ask<Page<LiveEvent>>("GET", `/v1/events?${params}`);
}

/** One's own events: all that are not over, and of the others as many as one wants to see. */
export class MyEvents {
  #all: LiveEvent[] = $state.raw([]);
  #next: string | null = $state(null);
  /** So many that are over are shown: at first a look back, without another question. */
  #most = $state(10);
  #reading = 0;
  phase: "busy" | "known" | "failed" = $state("busy");
  more: "idle" | "busy" | "failed" = $state("idle");

  /** What is on or to come, the soonest first. */
  readonly going = $derived(this.#all.filter((event) => phaseOf(event, now.at) !== "over").sort(soonest));
  readonly #over = $derived(this.#all.filter((event) => phaseOf(event, now.at) === "over"));
  /** What is over, the latest first. */
  readonly been = $derived(this.#over.slice(0, this.#most));

  get hasMore(): boolean {
    return this.#next !== null || this.#over.length > this.#most;
  }

  async read(): Promise<void> {
    const mine = ++this.#reading;
    this.phase = "busy";
    try {
      let all: LiveEvent[] = [];
      let cursor: string | null = null;
      let oldest: number;
      do {
        const page: Page<LiveEvent> = await this.#page(cursor, 100);
        if (mine !== this.#reading) return;
        all = mergePages(all, page.items, ({ id }) => id);
        cursor = page.next;
        oldest = Math.min(...page.items.map(startOf));
        // What started longer ago than any event may last is over.
      } while (cursor !== null && oldest > now.at - LONGEST);
      this.#all = all;
      this.#next = cursor;
      this.phase = "known";
    } catch {
      if (mine === this.#reading) this.phase = "failed";
    }
  }

  /** Shows more of those that are over. */
  async readOn(): Promise<void> {
    if (this.more === "busy") return;
    const [mine, most] = [this.#reading, this.#most + PAGE];
    this.more = "busy";
    try {
      while (this.#next !== null && this.#over.length < most) {
        const page = await this.#page(this.#next, PAGE);
        if (mine !== this.#reading) break;
        this.#all = mergePages(this.#all, page.items, ({ id }) => id);
        this.#next = page.next;
      }
      this.#most = most;
      this.more = "idle";
    } catch {
      this.more = "failed";
    }
  }

  #page(cursor: string | null, limit: number): Promise<Page<LiveEvent>> {
    const params = new URLSearchParams({ limit: String(limit), ...(cursor === null ? {} : { cursor }) });
    return api<Page<LiveEvent>>("GET", `/v1/me/events?${params}`);
  }
}
