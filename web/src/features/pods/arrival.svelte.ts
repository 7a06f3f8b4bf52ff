// Coming to a message by its place in the log. What lies between it and the newest is read first, page by page and
// within reason, so that one scrolls down from it without a hole.

import type { Talk } from "./talk.svelte";

/** So many pages are read before the person is asked. */
const MOST = 40;

/** So many messages a page has. */
const PAGE = 200;

/** So many pages in a row may be refused. */
const FAULTS = 10;

export class Arrival {
  /** On the way; it is too far back to come there at once; or it is not there. Null: one is not on the way. */
  phase: "going" | "far" | "gone" | null = $state(null);
  /** Grows with each way: an older one ends. */
  #turn = 0;

  constructor(readonly talk: Talk) {}

  /** Reads back to a message; the result is its id, or null if one does not come there now. */
  async go(seq: number): Promise<string | null> {
    const turn = ++this.#turn;
    this.phase = "going";
    for (let [pages, faults] = [0, 0]; pages < MOST && faults < FAULTS;) {
      const { floor, whole, log, position } = this.talk.conversation;
      if (this.talk.over !== null) break;
      if (position !== null && (floor <= seq || whole)) {
        const found = floor <= seq ? log.find((message) => message.seq === seq) : undefined;
        this.phase = found ? null : "gone";
        return found?.id ?? null;
      }
      if (this.talk.joined) {
        await this.talk.loadOlder(PAGE);
        if (this.talk.conversation.floor < floor) [pages, faults] = [pages + 1, 0];
        else if (this.talk.joined && !this.talk.conversation.whole) {
          faults++;
          await pause(1_000);
        }
      } else await pause(200);
      if (turn !== this.#turn) return null;
    }
    this.phase = this.talk.over === null ? "far" : null;
    return null;
  }

  /** Stays where one is. */
  end(): void {
    this.#turn++;
    this.phase = null;
  }
}

/** The place that an address asks for: `?at=12`. */
export function placeIn(query: string): number | null {
  const at = new URLSearchParams(query).get("at") ?? "";
  return /^[1-9]\d{0,14}$/.test(at) ? Number(at) : null;
}

function pause(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time * (1 + Math.random() / 2)));
}
