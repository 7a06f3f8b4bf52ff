// The names of people, also of former members of what they wrote in: their words stay theirs. What a
// list of members says is the newest; who is in none is asked of the server once, and kept on this device.

import { common } from "../texts";
import { api, ApiError } from "./api";
import * as db from "./db";
import { session } from "./session.svelte";
import type { Id } from "./id";
import type { Page } from "./pages";

const LIST = "people";

/** So many names are kept. */
const MOST = 500;

/** So many are asked for at a time, which is as many as the server takes. */
const AT_ONCE = 100;

/** When one is asked for again after the network failed, in milliseconds. */
const AGAIN = 5_000;

/** Whom the server does not tell of. */

type Named = { user_id: Id; display_name: string };

class People {
  /** The names that are known, the one learnt last at the end. */
  #names: ReadonlyMap<Id, string> = $state.raw(new Map());
  #user: Id | null = null;
  /** Who is to be asked for, or was. */
  #asked = new Set<Id>();
  #queue: Id[] = [];
  #asking = false;
  #keeping: ReturnType<typeof setTimeout> | undefined;

  /** Reads what is kept for the person who is signed in. */
  follow(user: Id | null): void {
    if (user === this.#user) return;
    this.#user = user;
    this.#names = new Map();
    this.#asked.clear();
    this.#queue = [];
    if (user !== null) void this.#restore(user);
  }

  /** Takes down what members are called. */
  learn(members: readonly Named[]): void {
    this.#add(members.map(({ user_id, display_name }) => [user_id, display_name]));
  }

  /** What a person is called; a general word until that is known. What shows it follows its changes. */
  nameOf(user: Id): string {
    const name = this.#names.get(user);
    // What is shown may not be changed while it is reckoned.
    if (name === undefined) queueMicrotask(() => this.#want(user));
    return name ?? common.somebody;
  }

  #want(user: Id): void {
    if (this.#user === null || this.#names.has(user) || this.#asked.has(user)) return;
    this.#asked.add(user);
    this.#queue.push(user);
    void this.#ask();
  }

  /** Asks for the waiting ids, many at a time. */
  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    while (this.#queue.length > 0) {
      const me = this.#user;
      const some = this.#queue.splice(0, AT_ONCE);
      try {
        // Whom the server does not tell of is left out, and not asked for again.
        const { items } = await api<Page<{ id: Id; display_name: string }>>(
          "GET",
          `/v1/profiles?ids=${some.join(",")}`,
        );
        if (this.#user === me) this.#add(items.map(({ id, display_name }) => [id, display_name]));
      } catch (error) {
        if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) continue;
        setTimeout(() => {
          if (this.#user !== me) return;
          some.forEach((user) => this.#asked.delete(user));
          some.forEach((user) => this.#want(user));
        }, AGAIN);
      }
    }
    this.#asking = false;
  }

  async #restore(user: Id): Promise<void> {
    // A device that keeps nothing asks the server.
    const kept = await db.keptList<[Id, string][]>(user, LIST).catch(() => undefined);
    if (!kept || this.#user !== user) return;
    // What was learnt meanwhile is newer.
    this.#names = new Map([...kept, ...this.#names]);
  }

  #add(received: [Id, string][]): void {
    const news = received.filter(([user, name]) => this.#names.get(user) !== name);
    if (news.length === 0) return;
    const names = new Map(this.#names);
    for (const [user, name] of news) {
      names.delete(user);
      names.set(user, name);
    }
    this.#names = names;
    const user = this.#user;
    if (user === null) return;
    this.#keeping ??= setTimeout(() => {
      this.#keeping = undefined;
      if (this.#user === user) db.keepList(user, LIST, [...this.#names].slice(-MOST));
    }, 1_000);
  }
}

export const people = new People();
people.follow(session.profile?.id ?? null);
