// The conversations that are open, each once, and those that an earlier visit left with something to send.

import * as db from "../../lib/db";
import type { Id } from "../../lib/id";
import { unfinishedWhile } from "../../lib/leaving";
import { nextWish } from "./conversation/state";
import { LOOK, Talk } from "./talk.svelte";

class Talks {
  #open = new Map<Id, Talk>();
  #resuming: ReturnType<typeof setTimeout> | undefined;

  /** Shows a pod's conversation until `release`. */
  open(user: Id, pod_id: Id): Talk {
    const talk = this.#find(user, pod_id);
    talk.users++;
    return talk;
  }

  release(talk: Talk): void {
    talk.users--;
    // What is unsent is sent first; then it ends by itself.
    if (talk.users === 0 && (talk.over !== null || !nextWish(talk.conversation))) this.#close(talk);
  }

  /** Sends what an earlier visit left unsent. */
  async resume(user: Id): Promise<void> {
    clearTimeout(this.#resuming);
    try {
      for (const pod_id of await db.waitingPods(user)) this.#find(user, pod_id);
    } catch {
      // What is unsent may be there: it is looked for until that is known, or the person has signed out.
      this.#resuming = setTimeout(() => void this.resume(user), LOOK);
    }
  }

  /** Whether something is wanted that the server has not done yet, as far as this tab knows. */
  get unsent(): boolean {
    return [...this.#open.values()].some(({ conversation }) =>
      conversation.outbox.some(({ done }) => done === undefined),
    );
  }

  closeAll(): void {
    clearTimeout(this.#resuming);
    this.#open.forEach((talk) => talk.close());
    this.#open.clear();
  }

  #find(user: Id, pod_id: Id): Talk {
    const found = this.#open.get(pod_id);
    if (found && found.over === null && found.user === user) return found;
    const talk = new Talk(user, pod_id, (idle) => this.#close(idle));
    this.#open.set(pod_id, talk);
    return talk;
  }

  #close(talk: Talk): void {
    talk.close();
    if (this.#open.get(talk.pod_id) === talk) this.#open.delete(talk.pod_id);
  }
}

export const talks = new Talks();
unfinishedWhile(() => talks.unsent);
