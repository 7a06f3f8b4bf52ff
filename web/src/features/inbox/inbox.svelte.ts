// The pods one is in, live through `user:<id>`, without joining each.

import { api, ApiError } from "../../lib/api";
import * as db from "../../lib/db";
import { granted, inOrder, newer, readTo, unreadOf, type FlagsWish } from "./flags";
import { people } from "../../lib/known.svelte";
import { live, type Topic } from "../../lib/live.svelte";
import { mergePages, type Page } from "../../lib/pages";
import { session } from "../../lib/session.svelte";
import type { OwnPodMarked, PodActivity, Role } from "../../generated/asyncapi";
import type { InboxEntry } from "../../generated/openapi";
import type { Id } from "../../lib/id";

const LIST = "inbox";
/** Statuses of a refusal that stands, however often one asks. */
const REFUSED = new Set([400, 403, 404, 422]);
/** Where the device keeps what the server has not heard yet. */
const WISHES = "flags";

class Inbox {
  entries: InboxEntry[] = $state.raw([]);
  /** The server has answered once, or this device had kept something. */
  known = $state(false);
  /** The last attempt to read it failed. */
  failed = $state(false);
  /** A pod that one was taken out of a moment ago, and why. */
  removed: { pod_id: Id; reason: string } | null = $state(null);

  #user: Id | null = null;
  #topic: Topic | null = null;
  #reading = false;
  #again = false;
  /** What one has marked, and the server has not answered. */
  #wishes = new Map<Id, FlagsWish>();
  #granting = false;
  /** The pods that something was heard of while the list was read. */
  #heard = new Set<Id>();

  /** Who wants to know of one's roles. */
  #roles = new Set<(event: Id, role: Role) => void>();

  get unread(): number {
    return this.entries.reduce((sum, entry) => sum + unreadOf(entry), 0);
  }

  find(pod_id: Id): InboxEntry | undefined {
    return this.entries.find(({ id }) => id === pod_id);
  }

  follow(user: Id | null): void {
    if (user === this.#user) return;
    this.#topic?.leave();
    this.#topic = null;
    this.#user = user;
    this.entries = [];
    this.#wishes.clear();
    this.known = this.failed = false;
    if (user === null) return;
    void this.#restore(user);
    void this.read();
    this.#topic = live.join("user", user, {
      on: {
        "pod:activity": (activity) => this.#hear(activity),
        "pod:joined": () => void this.read(),
        "pod:removed": ({ pod_id, reason }) => {
          this.removed = { pod_id, reason };
          this.#heard.delete(pod_id);
          this.#set(this.entries.filter(({ id }) => id !== pod_id));
          db.forgetPod(user, pod_id);
        },
        read: ({ pod_id, seq, unread }) => {
          this.#outrun();
          this.#change(pod_id, (entry) => (seq >= entry.read_seq ? readTo(entry, seq, unread) : entry));
        },
        "pod:marked": (marked) => this.#hearMarked(marked),
        "event:role": ({ event_id, role }) => this.#roles.forEach((hear) => hear(event_id, role)),
      },
      // Whatever was sent before the topic was joined is in the list.
      joined: () => {
        void this.read();
        void this.#grant();
      },
    });
  }

  /** Calls with one's role at an event whenever it has changed there, until what is returned is called. */
  onRole(hear: (event: Id, role: Role) => void): () => void {
    this.#roles.add(hear);
    return () => this.#roles.delete(hear);
  }

  /** Marks a pod for oneself, at once; it is sent to the server as soon as possible. */
  mark(pod_id: Id, wish: FlagsWish): void {
    this.#wishes.set(pod_id, { ...this.#wishes.get(pod_id), ...wish });
    this.#keepWishes();
    this.#change(pod_id, (entry) => entry);
    void this.#grant();
  }

  /** A pod is opened: what was marked as unread is read. */
  opened(pod_id: Id): void {
    if (this.find(pod_id)?.marked_unread) this.mark(pod_id, { marked_unread: false });
  }

  /** Gives the socket a newer token before its own expires. */
  renew(token: string): void {
    if (live.connected) this.#topic?.channel.push("access_token", { token });
  }

  /** Reads the list from the server. */
  async read(): Promise<void> {
    const user = this.#user;
    if (user === null) return;
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    this.#heard.clear();
    try {
      let cursor: string | null = null;
      let entries: InboxEntry[] = [];
      do {
        const query: string = cursor === null ? "?limit=100" : `?limit=100&cursor=${encodeURIComponent(cursor)}`;
        const page: Page<InboxEntry> = await api("GET", `/v1/me/pods${query}`);
        // A pod that becomes active meanwhile moves between two pages.
        entries = mergePages(entries, page.items, ({ id }) => id);
        cursor = page.next;
      } while (cursor !== null);
      if (this.#user !== user) return;
      // What came live while the list was under way may be newer.
      const held = new Map(this.entries.map((entry) => [entry.id, entry]));
      this.#set(entries.map((entry) => newer(held.get(entry.id), entry)));
      this.failed = false;
      // It moved to a page that was read already.
      const listed = new Set(entries.map(({ id }) => id));
      if ([...this.#heard].some((id) => held.has(id) && !listed.has(id))) this.#again = true;
    } catch {
      // What is shown stays; where nothing is, the page says that it could not be read.
      this.failed = true;
    } finally {
      this.#reading = false;
      if (this.#again) {
        this.#again = false;
        void this.read();
      }
    }
  }

  /** This device has read further; the server says the same a moment later. */
  seen(pod_id: Id, seq: number): void {
    this.#change(pod_id, (entry) => (seq >= entry.head ? readTo(entry, seq, 0) : entry));
  }

  /** Tells the server what it has not heard, one pod after the other. */
  async #grant(): Promise<void> {
    if (this.#granting) return;
    this.#granting = true;
    const user = this.#user;
    try {
      for (const [pod_id, wish] of this.#wishes) {
        const flags = await api<Omit<OwnPodMarked, "pod_id">>("PATCH", `/v1/me/pods/${pod_id}`, wish).catch(
          (error: unknown) => {
            // Left, or closed: there is nothing to mark any more.
            if (error instanceof ApiError && REFUSED.has(error.status)) return null;
            throw error;
          },
        );
        if (this.#user !== user) return;
        // One may have changed one's mind meanwhile.
        if (this.#wishes.get(pod_id) !== wish) continue;
        this.#wishes.delete(pod_id);
        this.#keepWishes();
        if (flags) this.#hearMarked({ pod_id, ...flags });
      }
    } catch {
      // It is kept, and sent when the connection is back.
    } finally {
      this.#granting = false;
      if (this.#user === user && [...this.#wishes].length > 0 && live.connected)
        setTimeout(() => void this.#grant(), 5_000);
    }
  }

  #keepWishes(): void {
    if (this.#user) db.keepList(this.#user, WISHES, [...this.#wishes]);
  }

  /** Reads a pod to its end without opening it. If that cannot be sent now, the pod is shown as unread again. */
  async readAll({ id, head }: InboxEntry): Promise<void> {
    this.seen(id, head);
    await api("PUT", `/v1/pods/${id}/read`, { seq: head }).catch(() => {
      void this.read();
    });
  }

  async #restore(user: Id): Promise<void> {
    const wishes = await db.keptList<[Id, FlagsWish][]>(user, WISHES).catch(() => undefined);
    if (this.#user !== user) return;
    for (const [pod_id, wish] of wishes ?? []) this.#wishes.set(pod_id, { ...wish, ...this.#wishes.get(pod_id) });
    if (this.#wishes.size > 0) {
      if (this.known) this.#set(this.entries);
      // The topic may have been joined before they were read.
      void this.#grant();
    }
    // A device that keeps nothing waits for the server.
    const kept = await db.keptList<InboxEntry[]>(user, LIST).catch(() => undefined);
    if (kept && this.#user === user && !this.known) {
      this.entries = kept;
      this.known = true;
    }
  }

  #hear({ pod_id, head, unread, last_message }: PodActivity): void {
    this.#heard.add(pod_id);
    if (!this.find(pod_id)) {
      void this.read();
      return;
    }
    this.#change(pod_id, (entry) =>
      head < entry.head ? entry : { ...entry, head, unread, last_message, active_at: last_message.at },
    );
    // A name or a member has changed.
    if (last_message.kind !== "text") void this.read();
  }

  /** Something is heard that a list which is being read may be too old to know: it is read once more. */
  #outrun(): void {
    if (this.#reading) this.#again = true;
  }

  #hearMarked({ pod_id, pinned_at, marked_unread }: OwnPodMarked): void {
    this.#outrun();
    this.#change(pod_id, (entry) => ({ ...entry, pinned_at, marked_unread }));
  }

  #change(pod_id: Id, how: (entry: InboxEntry) => InboxEntry): void {
    this.#set(this.entries.map((entry) => (entry.id === pod_id ? how(entry) : entry)));
  }

  #set(entries: InboxEntry[]): void {
    const wished = entries.map((entry) => {
      const wish = this.#wishes.get(entry.id);
      return wish ? granted(entry, wish) : entry;
    });
    this.entries = wished.sort(inOrder);
    this.known = true;
    people.learn(this.entries.flatMap(({ members }) => members));
    if (this.#user) db.keepList(this.#user, LIST, this.entries);
  }
}

export const inbox = new Inbox();
session.onToken((token) => inbox.renew(token));
