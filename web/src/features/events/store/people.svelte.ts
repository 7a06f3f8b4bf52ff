// The people of an event, as far as one has read on.

import { api, ApiError } from "../../../lib/api";
import { mergePages, type Page } from "../../../lib/pages";
import type { EventMember } from "../../../generated/openapi";
import type { Id } from "../../../lib/id";

const PAGE = 100;

export class EventPeople {
  /** In order of coming; null for one who is not going. */
  list: EventMember[] | null = $state.raw(null);
  /** Whether there are more than are listed. */
  hasMore = $state(false);

  #event: Id;
  #next: string | null = null;
  /** One reading at a time, so that none is older than what is shown already. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting: Promise<void> | null = null;

  constructor(event: Id) {
    this.#event = event;
  }

  /** Reads again what is listed; all, if all are. */
  read(): Promise<void> {
    // One that has not begun yet will see what this one would.
    this.#waiting ??= this.#inTurn(async () => {
      this.#waiting = null;
      const held = this.list?.length ?? 0;
      const all = this.list !== null && this.#next === null;
      let list: EventMember[] = [];
      let cursor: string | null = null;
      try {
        do {
          const page: Page<EventMember> = await this.#page(cursor);
          list = mergePages(list, page.items, ({ user_id }) => user_id);
          cursor = page.next;
        } while (cursor !== null && (all || list.length < held));
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== "not_member") throw error;
        this.#set(null, null);
        return;
      }
      this.#set(list, cursor);
    });
    return this.#waiting;
  }

  /** Lists the next page, too. */
  readOn(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.list === null || this.#next === null) return;
      const page = await this.#page(this.#next);
      this.#set(
        mergePages(this.list, page.items, ({ user_id }) => user_id),
        page.next,
      );
    });
  }

  /** A person of the list, which is read on until they are in it. */
  async find(user: Id): Promise<EventMember | undefined> {
    for (;;) {
      const found = this.list?.find(({ user_id }) => user_id === user);
      if (found || !this.hasMore) return found;
      await this.readOn();
    }
  }

  #set(list: EventMember[] | null, next: string | null): void {
    this.list = list;
    this.#next = next;
    this.hasMore = next !== null;
  }

  #page(cursor: string | null): Promise<Page<EventMember>> {
    const params = new URLSearchParams({ limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
    return api<Page<EventMember>>("GET", `/v1/events/${this.#event}/members?${params}`);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
