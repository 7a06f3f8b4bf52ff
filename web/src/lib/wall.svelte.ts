// An event's pods and people, live through `event:<id>`.

import { api } from "./api";
import { live, type Topic } from "./live.svelte";
import type { Id, Page, PodView } from "./types";
import { answered, closed, older, told, type EventReply, type Wall } from "./wall";

export class LiveWall {
  /** Null until the topic has answered. */
  wall: Wall | null = $state.raw(null);

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

  /** Reads the next page of older pods. */
  async more(): Promise<void> {
    const [event, wall] = [this.#event, this.wall];
    if (event === null || !wall || wall.next === null) return;
    const query = `?order=newest&limit=100&cursor=${encodeURIComponent(wall.next)}`;
    const page = await api<Page<PodView>>("GET", `/v1/events/${event}/pods${query}`);
    // The topic may have begun anew meanwhile, and another page follows then.
    if (this.#event === event && this.wall?.next === wall.next) this.wall = older(this.wall, page);
  }
}
