// An event's pods and people, live through `event:<id>`.

import { api, ApiError } from "../../lib/api";
import { live, type Topic } from "../../lib/live.svelte";
import { mergePages } from "../../lib/pages";
import type { Id, Page, PodView } from "../../lib/types";
import { answered, podClosed, older, podChanged, type EventReply, type Feed } from "./feed";

export class LiveFeed {
  /** Null until the topic has answered. */
  feed: Feed | null = $state.raw(null);
  /** What HTTP has answered until then. */
  listed: PodView[] = $state.raw([]);
  /** Where that goes on. */
  next: string | null = $state(null);

  #event: Id | null = null;
  #topic: Topic | null = null;
  #over: () => void;

  /** `over` is called when the right to the topic is gone: one has left the event, perhaps on another device. */
  constructor(over: () => void) {
    this.#over = over;
  }

  follow(event: Id | null): void {
    if (event === this.#event) return;
    this.#topic?.leave();
    this.#topic = null;
    this.#event = event;
    this.feed = null;
    if (event === null) return;
    const change = (how: (feed: Feed) => Feed): void => {
      if (this.feed) this.feed = how(this.feed);
    };
    this.#topic = live.join(`event:${event}`, {
      on: {
        "pod:opened": ({ pod }: { pod: PodView }) => change((feed) => podChanged(feed, pod)),
        "pod:changed": ({ pod }: { pod: PodView }) => change((feed) => podChanged(feed, pod)),
        "pod:closed": ({ pod_id }: { pod_id: Id }) => change((feed) => podClosed(feed, pod_id)),
        "members:count": ({ count }: { count: number }) => change((feed) => ({ ...feed, members: count })),
        "presence:count": ({ count }: { count: number }) => change((feed) => ({ ...feed, present: count })),
      },
      joined: (reply: EventReply) => (this.feed = answered(reply)),
      over: () => {
        this.#topic = this.#event = this.feed = null;
        this.#over();
      },
    });
  }

  /** Reads the newest ones over HTTP, which is sooner there than the topic, and stands in for it. Those who do not go see
   * none. */
  async list(event: Id): Promise<void> {
    const page = await this.#page(event, null).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === "not_member") return { items: [], next: null };
      throw error;
    });
    this.listed = page.items;
    this.next = page.next;
  }

  /** Reads the next page of older pods. */
  async more(): Promise<void> {
    const [event, feed] = [this.#event, this.feed];
    if (event === null) return;
    if (!feed) {
      if (this.next === null) return;
      const page = await this.#page(event, this.next);
      this.listed = mergePages(this.listed, page.items, ({ id }) => id);
      this.next = page.next;
      return;
    }
    if (feed.next === null) return;
    const page = await this.#page(event, feed.next);
    // The topic may have begun anew meanwhile, and another page follows then.
    if (this.#event === event && this.feed?.next === feed.next) this.feed = older(this.feed, page);
  }

  #page(event: Id, cursor: string | null): Promise<Page<PodView>> {
    const query = new URLSearchParams({ order: "newest", limit: "100", ...(cursor === null ? {} : { cursor }) });
    return api<Page<PodView>>("GET", `/v1/events/${event}/pods?${query}`);
  }
}
