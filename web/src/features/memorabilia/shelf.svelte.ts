// The nights that one has kept, a page at a time.

import { api, words } from "../../lib/api";
import { keepList, keptList } from "../../lib/db";
import type { Id } from "../../lib/id";
import { mergePages, type Page } from "../../lib/pages";
import type { ShelfItem } from "../../generated/openapi";

const PAGE = 20;
const NAME = "nights";

export class Shelf {
  items: ShelfItem[] = $state.raw([]);
  phase: "busy" | "known" | "failed" = $state("busy");
  /** How the next page fares. */
  more: "idle" | "busy" | "failed" = $state("idle");
  failure: string | null = $state(null);

  #next: string | null = $state(null);

  constructor(readonly user: Id) {}

  get hasMore(): boolean {
    return this.#next !== null;
  }

  async read(): Promise<void> {
    this.phase = this.items.length > 0 ? "known" : "busy";
    const asked = this.#page(null);
    // What this device knows is there before the network is.
    const kept = await keptList<ShelfItem[]>(this.user, NAME).catch(() => undefined);
    if (kept && kept.length > 0 && this.phase === "busy") {
      this.items = kept;
      this.phase = "known";
    }
    try {
      const { items, next } = await asked;
      this.items = mergePages([], items, ({ id }) => id);
      this.#next = next;
      this.phase = "known";
      keepList(this.user, NAME, items);
    } catch (error) {
      if (this.phase === "busy") this.phase = "failed";
      this.failure = words(error);
    }
  }

  async readOn(): Promise<void> {
    if (this.#next === null || this.more === "busy") return;
    this.more = "busy";
    try {
      const { items, next } = await this.#page(this.#next);
      this.items = mergePages(this.items, items, ({ id }) => id);
      this.#next = next;
      this.more = "idle";
    } catch {
      this.more = "failed";
    }
  }

  #page(cursor: string | null): Promise<Page<ShelfItem>> {
    const params = new URLSearchParams({ limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
    const asked = api<Page<ShelfItem>>("GET", `/v1/me/memorabilia?${params}`);
    asked.catch(() => undefined);
    return asked;
  }
}
