// The comments of a post that are on the screen: a page at a time, the oldest first. New ones come at the end, when the
// post's count says that there are some.

import { api } from "../../lib/api";
import type { Id } from "../../lib/id";
import { mergePages, type Page } from "../../lib/pages";
import type { Comment } from "./types";

const PAGE = 30;

/** How often the end is looked at, in milliseconds. */
const EVERY = 2_000;

export class Comments {
  items: readonly Comment[] = $state.raw([]);
  phase: "busy" | "known" | "failed" = $state("busy");
  /** Where those that were not read yet go on. */
  next: string | null = $state(null);

  /** Where the last page began: it is read again to see what came behind it. */
  #last: string | null = null;
  #removed = new Set<Id>();
  #looking: ReturnType<typeof setTimeout> | undefined;
  #lookedAt = 0;
  #closed = false;

  constructor(readonly post: Id) {
    void this.read();
  }

  /** Reads the next page, or the last one again. */
  async read(): Promise<void> {
    this.phase = "busy";
    const cursor = this.next ?? this.#last;
    this.#lookedAt = Date.now();
    try {
      const query = new URLSearchParams({ limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
      const page = await api<Page<Comment>>("GET", `/v1/posts/${this.post}/comments?${query}`);
      this.items = mergePages(this.items, page.items, ({ id }) => id).filter(({ id }) => !this.#removed.has(id));
      this.#last = cursor;
      this.next = page.next;
      this.phase = "known";
    } catch {
      this.phase = "failed";
    }
  }

  /** There are so many by now: where all of them were read, the new ones are, too. */
  hear(count: number): void {
    if (this.phase !== "known" || this.next !== null || count <= this.items.length) return;
    clearTimeout(this.#looking);
    const wait = Math.max(0, this.#lookedAt + EVERY - Date.now());
    this.#looking = setTimeout(() => !this.#closed && void this.read(), wait);
  }

  /** One was written or changed from here. */
  take(comment: Comment): void {
    const held = this.items.some(({ id }) => id === comment.id);
    // One that is new stands at the end, unless there are others before it that were not read yet.
    if (held || this.next === null) this.items = mergePages(this.items, [comment], ({ id }) => id);
  }

  remove(comment: Id): void {
    this.#removed.add(comment);
    this.items = this.items.filter(({ id }) => id !== comment);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#looking);
  }
}
