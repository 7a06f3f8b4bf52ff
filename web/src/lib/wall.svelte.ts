// An event's pods and people, live through `event:<id>`.

import { api, ApiError } from "./api";
import { live, type Topic } from "./live.svelte";
import { mergePages } from "./pages";
import type { Id, Page, PodView } from "./types";
import { answered, closed, older, told, type EventReply, type Wall } from "./wall";

export class LiveWall {
  /** Null until the topic has answered. */
  wall: Wall | null = $state.raw(null);
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
    this.wall = null;
    if (event === null) return;
    const change = (how: (wall: Wall) => Wall): void => {
      if (this.wall) this.wall = how(this.wall);
    };
    this.#topic = live.join(`event:${event}`, {
      on: {
        "pod:opened": ({ pod }: { pod: PodView }) => change((wall) => told(wall, pod)),
        "pod:changed": ({ pod }: { pod: PodView }) => change((wall) => told(wall, pod)),
        "pod:closed": ({ pod_id }: { pod_id: Id }) => change((wall) => closed(wall, pod_id)),
        "members:count": ({ count }: { count: number }) => change((wall) => ({ ...wall, members: count })),
        "presence:count": ({ count }: { count: number }) => change((wall) => ({ ...wall, present: count })),
      },
      joined: (reply: EventReply) => (this.wall = answered(reply)),
      over: () => {
        this.#topic = this.#event = this.wall = null;
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
    const [event, wall] = [this.#event, this.wall];
    if (event === null) return;
    if (!wall) {
      if (this.next === null) return;
      const page = await this.#page(event, this.next);
      this.listed = mergePages(this.listed, page.items, ({ id }) => id);
      this.next = page.next;
      return;
    }
    if (wall.next === null) return;
    const page = await this.#page(event, wall.next);
    // The topic may have begun anew meanwhile, and another page follows then.
    if (this.#event === event && this.wall?.next === wall.next) this.wall = older(this.wall, page);
  }

  #page(event: Id, cursor: string | null): Promise<Page<PodView>> {
    const query = new URLSearchParams({ order: "newest", limit: "100", ...(cursor === null ? {} : { cursor }) });
    return api<Page<PodView>>("GET", `/v1/events/${event}/pods?${query}`);
  }
}
