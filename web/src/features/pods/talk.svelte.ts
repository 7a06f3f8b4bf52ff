// A pod's conversation, live: what joins the topic, sends what is to be done, and keeps it on this device. What is
// decided is in conversation/state.ts.

import { Presence } from "phoenix";
import { pushOf } from "./conversation/push";
import * as db from "../../lib/db";
import {
  empty,
  joinParams,
  keep,
  nextWish,
  reduce,
  restore,
  type Action,
  type Conversation,
  type Entry,
  type Wish,
} from "./conversation/state";
import { newId, type Id } from "../../lib/id";
import { hold } from "../../lib/leaving";
import { live, type Topic } from "../../lib/live.svelte";
import { people } from "../../lib/known.svelte";
import type { MessagePage } from "../../generated/openapi";
import type { PodJoined, Refusal } from "../../generated/asyncapi";

/** Codes after which the same push is worth sending again. */
const PASSING = new Set(["rate_limited", "overloaded", "unavailable", "internal"]);

/** Faults of the server that are met with patience, before the person is asked. */
const FAULTS = 5;

/** How long typing counts, as the server has it. */
const TYPING = 6_000;

/** When the device is asked again for what it would not tell, in milliseconds. */
export const LOOK = 10_000;

/** How much of a conversation is kept on the device. */
const KEPT = 120;

export class Talk {
  conversation: Conversation = $state.raw(empty());
  /** Joined, and heard of everything since. */
  joined = $state(false);
  /** Why it is over, if it is. */
  over: string | null = $state(null);
  /** What this device had is shown; before that there is nothing to say. */
  restored = $state(false);
  loadingOlder = $state(false);
  here: Set<Id> = $state.raw(new Set<Id>());
  typing: Id[] = $state.raw([]);
  maxChars = $state(4_000);
  maxBytes = $state(65_536);
  /** The mark under which the unread began when it was opened. */
  unreadAfter: number | null = $state(null);
  /** The log's head at that time. */
  unreadUntil = $state(0);

  /** How many pages show it. */
  users = 0;

  #topic: Topic | null = null;
  #sending: Id | null = null;
  /** Grows with each connection: answers to an older one's pushes count as evidence, but drive nothing. */
  #era = 0;
  #faults = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #looking: ReturnType<typeof setTimeout> | undefined;
  #persist: ReturnType<typeof setTimeout> | undefined;
  #typers = new Map<Id, ReturnType<typeof setTimeout>>();
  #typedAt = 0;
  #older = Promise.resolve();
  #seen = 0;
  #sent = 0;
  #closed = false;

  constructor(
    readonly user: Id,
    readonly pod_id: Id,
    readonly idle: (talk: Talk) => void,
  ) {
    void this.#start();
  }

  /** Says something; shown at once. */
  say(text: string, reply_to: Id | null, mentions: Id[]): void {
    this.want({ kind: "new", text, reply_to, mentions });
  }

  /** Wants something done, now or when the connection allows. */
  want(wish: Wish): void {
    const entry: Entry = { op: newId(), wish, at: new Date().toISOString() };
    this.#do({ type: "wanted", entry });
    db.keepEntry(this.user, this.pod_id, entry, (kept) => this.#do({ type: "kept", op: entry.op, kept }));
    this.#pump();
    if (wish.kind === "new" || wish.kind === "edit") this.type(false);
  }

  /** Sends what was refused once more, under the same id. */
  again(op: Id): void {
    this.#do({ type: "again", op });
    const entry = this.conversation.outbox.find((entry) => entry.op === op);
    if (entry) db.markEntry(this.user, this.pod_id, entry);
    this.#faults = 0;
    this.#pump();
  }

  /** Gives up on something. */
  drop(op: Id): void {
    this.#do({ type: "dropped", op });
  }

  /** Everything up to this was on the screen. */
  see(seq: number): void {
    if (seq <= this.#seen) return;
    this.#seen = seq;
    this.#do({ type: "read", user_id: this.user, seq });
    this.#tellSeen();
  }

  /** The person types, or has stopped. */
  type(on: boolean): void {
    const now = Date.now();
    if (!this.joined || (on ? now - this.#typedAt < TYPING / 2 : this.#typedAt === 0)) return;
    this.#typedAt = on ? now : 0;
    this.#topic?.channel.push("typing", { on });
  }

  /** Reads further back; resolves when that is done, or is not to be had. */
  loadOlder(limit = 50): Promise<void> {
    if (this.loadingOlder) return this.#older;
    const { floor, epoch, whole } = this.conversation;
    const channel = this.#topic?.channel;
    if (!channel || !this.joined || whole || floor === Infinity) return Promise.resolve();
    this.loadingOlder = true;
    this.#older = new Promise((resolve) => {
      const over = (): void => {
        this.loadingOlder = false;
        resolve();
      };
      channel
        .push("history", { before: floor, limit })
        .receive("ok", (page) => {
          this.#do({ type: "older", before: floor, epoch, page: page as MessagePage });
          over();
        })
        .receive("error", over)
        .receive("timeout", over);
    });
    return this.#older;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#looking);
    hold(this.pod_id, false);
    this.#typers.forEach((timer) => clearTimeout(timer));
    removeEventListener("pagehide", this.#keepNow);
    this.#keepNow();
    this.#topic?.leave();
  }

  async #start(): Promise<void> {
    addEventListener("pagehide", this.#keepNow);
    try {
      const [kept, entries] = await Promise.all([
        db.keptPod(this.user, this.pod_id),
        db.entriesOf(this.user, this.pod_id),
      ]);
      // What was wanted while this was read comes after what was wanted before.
      const since = this.conversation.outbox.filter(({ op }) => entries.every((entry) => entry.op !== op));
      this.conversation = restore(kept, [...entries, ...since]);
      people.learn(this.conversation.members);
    } catch {
      // The server has it all but what is unsent, which may be there later.
      this.#lookAgain();
    }
    this.restored = true;
    if (!this.#closed) this.#join();
  }

  /** Asks until it is known what an earlier visit left unsent. */
  #lookAgain(): void {
    this.#looking = setTimeout(() => {
      db.entriesOf(this.user, this.pod_id).then(
        (entries) => {
          if (this.#closed) return;
          for (const entry of entries) this.#do({ type: "wanted", entry });
          this.#pump();
        },
        () => !this.#closed && this.#lookAgain(),
      );
    }, LOOK);
  }

  #join(): void {
    let resumed = false;
    this.#topic = live.join("pod", this.pod_id, {
      params: () => {
        const params = joinParams(this.conversation);
        resumed = params.after !== undefined;
        return params;
      },
      on: {
        "message:new": (message) => {
          // What one has said is not being typed any more, whatever their client says of it.
          this.#types(message.user_id, false);
          this.#do({ type: "live", message });
        },
        // Another's reaction, say, while the author goes on typing.
        "message:changed": (message) => this.#do({ type: "live", message }),
        "pod:changed": ({ pod, members }) => this.#do({ type: "pod", pod, members }),
        read: ({ user_id, seq }) => this.#do({ type: "read", user_id, seq }),
        typing: ({ user_id, on }) => this.#types(user_id, on),
      },
      joined: (reply) => this.#enter(reply, resumed),
      lost: () => this.#lost(),
      over: (code) => this.#end(code),
    });
    if (!this.#topic) return;
    const presence = new Presence(this.#topic.channel);
    presence.onSync(() => (this.here = new Set(presence.list((key) => key))));
  }

  #enter(reply: PodJoined, resumed: boolean): void {
    this.#era++;
    const mine = reply.members.find(({ user_id }) => user_id === this.user);
    if (this.unreadAfter === null && mine) {
      this.unreadAfter = mine.read_seq;
      this.unreadUntil = reply.head;
    }
    this.#sent = mine?.read_seq ?? 0;
    this.maxChars = reply.limits.text_chars;
    this.maxBytes = reply.limits.frame_bytes;
    this.#do({ type: "joined", reply, resumed });
    this.joined = true;
    this.#sending = null;
    this.#catchUp();
    this.#tellSeen();
    this.#pump();
  }

  #lost(): void {
    this.#era++;
    this.joined = this.loadingOlder = false;
    this.#sending = null;
    this.#typedAt = 0;
    this.here = new Set();
    clearTimeout(this.#retry);
    this.#typers.forEach((_, user) => this.#types(user, false));
  }

  #end(code: string): void {
    this.#lost();
    this.over = code;
    this.#closed = true;
    this.conversation.outbox.forEach(({ op }) => db.unkeepEntry(this.user, op));
    db.forgetPod(this.user, this.pod_id);
  }

  /** Reads what a join had no room for, page by page. */
  #catchUp(): void {
    const { catchUp, epoch } = this.conversation;
    const era = this.#era;
    if (catchUp === null) return;
    const again = (wait: number): void => {
      setTimeout(() => this.#era === era && this.#catchUp(), wait);
    };
    this.#topic?.channel
      .push("history", { after: catchUp, limit: 200 })
      .receive("ok", (page) => {
        if (this.#era !== era) return;
        this.#do({ type: "newer", after: catchUp, epoch, page: page as MessagePage });
        this.#catchUp();
      })
      .receive("error", (response) => again(((response as Refusal).retry_after_ms ?? 1_000) + Math.random() * 300))
      .receive("timeout", () => this.#era === era && live.doubt());
  }

  /** Sends what comes next, if nothing is on its way. */
  #pump(): void {
    const entry = nextWish(this.conversation);
    if (!entry) {
      if (this.users === 0 && this.restored) this.idle(this);
      return;
    }
    if (!this.joined || this.#sending !== null) return;
    const { op } = entry;
    const era = this.#era;
    this.#sending = op;
    const [event, payload] = pushOf(entry);
    this.#topic?.channel
      .push(event, payload)
      .receive("ok", (reply) => {
        this.#faults = 0;
        this.#do({ type: "done", op, seq: (reply as { seq: number }).seq });
        db.unkeepEntry(this.user, op);
        this.#next(era);
      })
      .receive("error", (response) => this.#refused(entry, response as Refusal, era))
      // The outcome is unknown: the same again, under the same id, on a connection that works.
      .receive("timeout", () => this.#era === era && live.doubt());
  }

  #next(era: number): void {
    if (this.#era !== era) return;
    this.#sending = null;
    this.#pump();
  }

  #refused(entry: Entry, { code, reason, retry_after_ms }: Refusal, era: number): void {
    if (PASSING.has(code) && (code !== "internal" || ++this.#faults < FAULTS)) {
      const wait = (retry_after_ms ?? 1_000) + Math.random() * 300;
      this.#retry = setTimeout(() => this.#next(era), wait);
      return;
    }
    this.#do({ type: "failed", op: entry.op, code, reason });
    db.markEntry(this.user, this.pod_id, { ...entry, failed: { code, reason } });
    this.#next(era);
  }

  #tellSeen(): void {
    if (!this.joined || this.#seen <= this.#sent) return;
    this.#sent = this.#seen;
    this.#topic?.channel.push("read", { seq: this.#seen });
  }

  #types(user: Id, on: boolean): void {
    if (user === this.user) return;
    clearTimeout(this.#typers.get(user));
    this.#typers.delete(user);
    if (on)
      this.#typers.set(
        user,
        setTimeout(() => this.#types(user, false), TYPING),
      );
    const typing = [...this.#typers.keys()];
    if (typing.length !== this.typing.length || on) this.typing = typing;
  }

  #do(action: Action): void {
    const before = this.conversation;
    this.conversation = reduce(before, action);
    if (before.outbox !== this.conversation.outbox) {
      const kept = new Set(this.conversation.outbox.map(({ op }) => op));
      for (const { op } of before.outbox) {
        if (!kept.has(op)) db.unkeepEntry(this.user, op);
      }
      // The browser asks before it lets go of what nobody else has.
      hold(
        this.pod_id,
        this.conversation.outbox.some(({ alone, done }) => alone === true && done === undefined),
      );
    }
    if (before.members !== this.conversation.members) people.learn(this.conversation.members);
    if (before.log !== this.conversation.log || before.members !== this.conversation.members) this.#keepSoon();
  }

  #keepSoon(): void {
    this.#persist ??= setTimeout(this.#keepNow, 600);
  }

  #keepNow = (): void => {
    clearTimeout(this.#persist);
    this.#persist = undefined;
    const kept = keep(this.conversation, KEPT);
    if (kept && this.over === null) db.keepPod(this.user, this.pod_id, kept);
  };
}
