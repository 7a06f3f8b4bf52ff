// Finding messages in one's own pods, live: asks page by page, and goes on by itself where a page has nothing.

import { api, apiWhile, asApiError } from "../../lib/api";
import { mergePages, type Page } from "../../lib/pages";
import { session } from "../../lib/session.svelte";
import { isVisible } from "../../lib/visible";
import type { Event, FoundMessage } from "../../generated/openapi";
import type { Id } from "../../lib/id";

const PAGE = 30;

/** So many pages without a find are read in a row before the person is asked. */
const EMPTY = 5;

class MessageSearch {
  items: FoundMessage[] = $state.raw([]);
  /** The words that `items` have. */
  words = $state("");
  phase: "idle" | "busy" | "known" | "failed" = $state("idle");
  /** How the next page fares. */
  more: "idle" | "busy" | "failed" = $state("idle");
  /** The newer messages have nothing, and older ones are looked at. */
  further = $state(false);
  /** Why it failed, for people. */
  why = $state("");
  /** What one's events are called, by id. */
  events: ReadonlyMap<Id, string> = $state.raw(new Map());
  /** How far the page was scrolled when one left it. */
  scrolled = 0;

  #next: string | null = $state(null);
  /** Whose messages these are. */
  #user: Id | null = null;
  #named = false;
  /** Ends what an older search still waits for. What that answers says nothing any more. */
  #leaving = new AbortController();

  get hasMore(): boolean {
    return this.#next !== null;
  }

  /** Begins for the person who is signed in: another one's findings are forgotten. */
  open(): void {
    const user = session.profile?.id ?? null;
    if (user !== this.#user) {
      this.#user = user;
      this.#named = false;
      this.events = new Map();
      this.#clear();
    }
    void this.#name();
  }

  async find(words: string, again = false): Promise<void> {
    if (words === this.words && this.phase === "known" && !again) return;
    if (!isVisible(words)) return this.#clear();
    const leaving = this.#turn();
    this.phase = "busy";
    this.more = "idle";
    try {
      const page = await this.#read(words, null, leaving);
      if (leaving.aborted) return;
      [this.items, this.words, this.#next] = [page.items, words, page.next];
      this.phase = "known";
      this.scrolled = 0;
    } catch (error) {
      if (leaving.aborted) return;
      [this.items, this.words, this.#next] = [[], words, null];
      this.why = asApiError(error).message;
      this.phase = "failed";
    }
    this.further = false;
  }

  async readOn(): Promise<void> {
    if (this.#next === null || this.more === "busy") return;
    const leaving = this.#leaving.signal;
    this.more = "busy";
    try {
      const page = await this.#read(this.words, this.#next, leaving);
      if (leaving.aborted) return;
      this.items = mergePages(this.items, page.items, ({ message }) => message.id);
      this.#next = page.next;
      this.more = "idle";
    } catch {
      if (leaving.aborted) return;
      this.more = "failed";
    }
    this.further = false;
  }

  /** The first page from here on that has something, or the last of as many as are read by itself. */
  async #read(words: string, from: string | null, leaving: AbortSignal): Promise<Page<FoundMessage>> {
    let cursor = from;
    for (let pages = 1; ; pages++) {
      const params = new URLSearchParams({ q: words, limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
      const page = await apiWhile<Page<FoundMessage>>("GET", `/v1/me/search?${params}`, leaving);
      if (leaving.aborted || page.items.length > 0 || page.next === null || pages === EMPTY) return page;
      cursor = page.next;
      this.further = true;
    }
  }

  #turn(): AbortSignal {
    this.#leaving.abort();
    this.#leaving = new AbortController();
    this.further = false;
    return this.#leaving.signal;
  }

  #clear(): void {
    this.#turn();
    [this.items, this.words, this.#next] = [[], "", null];
    this.phase = this.more = "idle";
    this.scrolled = 0;
  }

  /** What one's events are called. Without that, a message stands under its pod alone. */
  async #name(): Promise<void> {
    if (this.#named || this.#user === null) return;
    this.#named = true;
    const user = this.#user;
    try {
      const { items } = await api<Page<Event>>("GET", "/v1/me/events?limit=100");
      if (user === this.#user) this.events = new Map(items.map(({ id, artist }) => [id, artist]));
    } catch {
      this.#named = user !== this.#user;
    }
  }
}

export const search = new MessageSearch();
