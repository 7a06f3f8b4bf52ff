// A pod's log as the server keeps it, small enough to be obviously right: docs/PROTOCOL.md in arrays.

import type { Message, MessagePage, Pod } from "../../src/generated/openapi";
import type { PodJoined } from "../../src/generated/asyncapi";

export const POD: Pod = {
  id: "pod",
  kind: "crew",
  event_id: "event",
  name: "Front left",
  seats: 5,
  join_policy: "open",
  created_by: "me",
  created_at: "2026-11-21T20:00:00Z",
  closed_at: null,
};

export class Log {
  readonly messages = new Map<string, Message>();
  /** By the id of the message or the `op` of the change: the answer of the first time. */
  readonly answers = new Map<string, number>();
  head = 0;
  epoch = "first";

  constructor(readonly page: number) {
    this.#add("line-1", "me", "", "joined");
  }

  say(id: string, user_id: string, text: string): { seq: number; push?: Message } {
    const first = this.answers.get(id);
    if (first !== undefined) return { seq: first };
    const message = this.#add(id, user_id, text, "text");
    this.answers.set(id, message.seq);
    return { seq: message.seq, push: message };
  }

  change(op: string, id: string, how: (message: Message) => Message): { seq: number; push?: Message } {
    const first = this.answers.get(op);
    if (first !== undefined) return { seq: first };
    const message = this.messages.get(id) as Message;
    const changed = { ...how(message), changed_seq: ++this.head };
    this.messages.set(id, changed);
    this.answers.set(op, this.head);
    return { seq: this.head, push: changed };
  }

  join({ after, epoch }: { after?: number; epoch?: string }): PodJoined {
    const reset = after !== undefined && (epoch !== this.epoch || after > this.head);
    const page = after === undefined || reset ? this.#newest() : this.after(after);
    const server_time = "2026-11-21T20:00:00Z";
    const limits = { text_chars: 4000, frame_bytes: 65536, page: 200 };
    const reply = { pod: POD, members: [], head: this.head, epoch: this.epoch, server_time, limits, ...page };
    return reset ? { ...reply, reset } : reply;
  }

  before(seq: number): MessagePage {
    const all = this.all().filter((message) => message.seq < seq);
    const messages = all.slice(-this.page);
    return { messages, more: all.length > messages.length, next: messages[0]?.seq ?? null };
  }

  after(position: number): MessagePage {
    const changed = [...this.messages.values()].filter(({ changed_seq }) => changed_seq > position);
    changed.sort((a, b) => a.changed_seq - b.changed_seq);
    const messages = changed.slice(0, this.page);
    return { messages, more: changed.length > messages.length, next: messages.at(-1)?.changed_seq ?? null };
  }

  all(): Message[] {
    return [...this.messages.values()].sort((a, b) => a.seq - b.seq);
  }

  /** The database failed over, and its last changes are lost. */
  fail(): void {
    const cut = Math.max(1, this.head - 3);
    for (const message of this.messages.values()) {
      if (message.changed_seq > cut) this.messages.delete(message.id);
    }
    for (const [key, seq] of this.answers) if (seq > cut) this.answers.delete(key);
    this.head = cut;
    this.epoch += "+";
  }

  #newest(): MessagePage {
    return this.before(Infinity);
  }

  #add(id: string, user_id: string, text: string, kind: Message["kind"]): Message {
    const seq = ++this.head;
    const message: Message = {
      id,
      seq,
      changed_seq: seq,
      user_id,
      kind,
      text,
      reply_to: null,
      mentions: [],
      attachments: [],
      reactions: {},
      edited_at: null,
      deleted_at: null,
      at: "2026-11-21T20:00:00Z",
    };
    this.messages.set(id, message);
    return message;
  }
}
