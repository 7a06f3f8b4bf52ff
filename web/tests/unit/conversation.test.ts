import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  empty,
  joinParams,
  keep,
  nextWish,
  placeOf,
  reduce,
  restore,
  shown,
  type Conversation,
  type Entry,
  type Wish,
} from "../../src/features/pods/conversation/state";
import type { Message, MessagePage } from "../../src/generated/openapi";
import type { PodJoined } from "../../src/generated/asyncapi";
import { Log } from "./model";

const AT = "2026-11-21T20:00:00Z";

/** One device of somebody who wants things, loses the connection, comes back, and reloads. */
class Device {
  state: Conversation = empty();
  /** What the server has told and this device has not heard yet, in the socket's order. */
  wire: (() => void)[] = [];
  /** Pages that the server has read and not sent yet: what is pushed meanwhile is newer, and comes first. */
  pages: (() => void)[] = [];
  connected = false;
  /** What outlives a reload. */
  kept: ReturnType<typeof keep>;
  disk: Entry[] = [];
  asking = false;
  wanted: string[] = [];

  constructor(readonly log: Log) {}

  connect(): void {
    if (this.connected) return;
    this.connected = true;
    this.asking = false;
    const params = joinParams(this.state);
    const reply = this.log.join(params);
    this.wire.push(() => this.#do({ type: "joined", reply: reply as PodJoined, resumed: params.after !== undefined }));
  }

  /** Cuts the connection; of what is under way, so many still arrive. */
  cut(arriving: number): void {
    this.wire.splice(0, arriving).forEach((deliver) => deliver());
    this.wire = this.pages = [];
    this.connected = this.asking = false;
  }

  hear(count: number): void {
    if (this.wire.length === 0) this.wire.push(...this.pages.splice(0, 1));
    this.wire.splice(0, count).forEach((deliver) => deliver());
  }

  push(message: Message): void {
    if (this.connected) this.wire.push(() => this.#do({ type: "live", message }));
  }

  want(op: string, wish: Wish): void {
    const entry: Entry = { op, wish, at: AT };
    this.disk.push(entry);
    if (wish.kind === "new") this.wanted.push(op);
    this.#do({ type: "wanted", entry });
  }

  /** Sends what comes next; the server does it, and the answer is under way. */
  send(tell: (message: Message) => void, answerFirst: boolean): void {
    const entry = nextWish(this.state);
    if (!this.connected || !entry || this.state.position === null || this.asking) return;
    const { op, wish } = entry;
    const done =
      wish.kind === "new"
        ? this.log.say(op, "me", wish.text)
        : this.log.messages.has(wish.id)
          ? this.log.change(op, wish.id, (message) => apply(message, wish))
          : null;
    if (done === null) {
      this.wire.push(() => this.#do({ type: "failed", op, code: "not_found", reason: "no such message" }));
      return;
    }
    this.asking = true;
    const answer = (): void => {
      this.asking = false;
      this.#do({ type: "done", op, seq: done.seq });
    };
    if (answerFirst) this.wire.push(answer);
    if (done.push) tell(done.push);
    if (!answerFirst) this.wire.push(answer);
  }

  older(): void {
    const { floor, epoch, whole, position } = this.state;
    if (!this.connected || whole || position === null) return;
    const page = this.log.before(floor);
    this.pages.push(() => this.#do({ type: "older", before: floor, epoch, page }));
  }

  newer(): void {
    const { catchUp, epoch } = this.state;
    if (!this.connected || catchUp === null) return;
    const page: MessagePage = this.log.after(catchUp);
    this.pages.push(() => this.#do({ type: "newer", after: catchUp, epoch, page }));
  }

  save(): void {
    this.kept = keep(this.state, 4);
  }

  reload(): void {
    this.cut(0);
    this.state = restore(this.kept, this.disk);
  }

  #do(action: Parameters<typeof reduce>[1]): void {
    const before = this.state;
    this.state = reduce(before, action);
    const left = new Set(this.state.outbox.map(({ op }) => op));
    const gone = before.outbox.filter(({ op }) => !left.has(op)).map(({ op }) => op);
    if (action.type === "done") gone.push(action.op);
    this.disk = this.disk.filter(({ op }) => !gone.includes(op));
  }
}

function apply(message: Message, wish: Wish): Message {
  switch (wish.kind) {
    case "edit":
      return message.deleted_at
        ? message
        : {
            ...message,
            text: wish.text,
            mentions: wish.mentions ?? message.mentions,
            edited_at: AT,
          };
    case "delete":
      return { ...message, text: "", mentions: [], reactions: {}, deleted_at: AT };
    case "react": {
      const people = (message.reactions[wish.emoji] ?? []).filter((user) => user !== "me");
      return {
        ...message,
        reactions: { ...message.reactions, [wish.emoji]: wish.on ? [...people, "me"] : people },
      };
    }
    case "new":
      return message;
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("hear" as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("other" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("amend" as const), pick: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("want" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("change" as const), pick: fc.nat(), how: fc.nat(2) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("send" as const), first: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("connect" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cut" as const), arriving: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("older" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("newer" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("save" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reload" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("fail" as const) }) },
  // Away for long enough to need several pages, and told of something live before they are all read.
  { weight: 2, arbitrary: fc.record({ do: fc.constant("away" as const), count: fc.integer({ min: 2, max: 12 }) }) },
);

/** What must hold at every moment. */
function check({ state }: Device): void {
  const seqs = state.log.map(({ seq }) => seq);
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
  const ids = shown(state, "me").map(({ message }) => message.id);
  expect(new Set(ids).size).toBe(ids.length);
}

/** Lets everything through, and compares the device with the log. */
function settle(device: Device, tell: (message: Message) => void): void {
  device.connect();
  for (let turn = 0; turn < 500; turn++) {
    device.hear(1);
    if (device.wire.length > 0 || device.pages.length > 0) continue;
    if (device.state.catchUp !== null) device.newer();
    else if (nextWish(device.state)) device.send(tell, turn % 2 === 0);
    else break;
  }
  const { log } = device;
  const { state } = device;
  const failed = state.outbox.filter((entry) => entry.failed);
  expect(state.outbox.filter((entry) => !entry.failed)).toEqual([]);
  expect(state.position).toBe(log.head);
  const held = state.log.slice(placeOf(state.log, state.floor));
  expect(held).toEqual(log.all().filter(({ seq }) => seq >= state.floor));
  // Each of one's own words is there once, in the order of saying, unless the server had refused it.
  const mine = log.all().filter(({ id }) => device.wanted.includes(id));
  expect(failed.every(({ wish }) => wish.kind !== "new")).toBe(true);
  return void mine;
}

describe("a conversation", () => {
  it("equals the log after any sequence of changes, cuts, pages and reloads", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: "max" }), fc.integer({ min: 1, max: 5 }), (steps, page) => {
        const log = new Log(page);
        const device = new Device(log);
        const tell = (message: Message): void => device.push(message);
        let number = 0;
        let failures = 0;
        for (const each of steps) {
          number++;
          const texts = log.all().filter(({ kind }) => kind === "text");
          switch (each.do) {
            case "other":
              tell(log.say(`theirs-${number}`, "other", `words ${number}`).push as Message);
              break;
            case "amend": {
              const target = texts[each.pick % Math.max(1, texts.length)];
              if (!target) break;
              const changed = log.change(`op-${number}`, target.id, (message) => ({
                ...message,
                text: `new ${number}`,
              }));
              tell(changed.push as Message);
              break;
            }
            case "want":
              device.want(`mine-${number}`, {
                kind: "new",
                text: `mine ${number}`,
                reply_to: null,
                mentions: [],
              });
              break;
            case "change": {
              const target = texts[each.pick % Math.max(1, texts.length)];
              if (!target) break;
              const { id } = target;
              const wishes: Wish[] = [
                { kind: "edit", id, text: `edited ${number}`, ...(number % 3 ? { mentions: [`m${number}`] } : {}) },
                { kind: "delete", id },
                { kind: "react", id, emoji: "🔥", on: number % 2 === 0 },
              ];
              device.want(`change-${number}`, wishes[each.how] as Wish);
              break;
            }
            case "away":
              device.cut(0);
              for (let place = 0; place < each.count; place++) log.say(`away-${number}-${place}`, "other", "meanwhile");
              device.connect();
              tell(log.say(`back-${number}`, "other", "back").push as Message);
              device.hear(2);
              break;
            case "send":
              device.send(tell, each.first);
              break;
            case "hear":
              device.hear(each.count);
              break;
            case "cut":
              device.cut(each.arriving);
              break;
            case "fail":
              // The actors start afresh, so every session has to join again.
              if (failures++ > 1) break;
              device.cut(0);
              log.fail();
              break;
            default:
              device[each.do]();
          }
          check(device);
        }
        settle(device, tell);
        if (failures > 0) return;
        const order = log.all().filter(({ id }) => id.startsWith("mine-"));
        expect(order.map(({ id }) => id)).toEqual(device.wanted);
      }),
      { numRuns: 600 },
    );
  });

  const reply = (log: Log, after?: number): PodJoined =>
    log.join(after === undefined ? {} : { after, epoch: log.epoch });

  it("shows what is said at once, and once only, whichever of answer and push comes first", () => {
    for (const answerFirst of [true, false]) {
      const log = new Log(50);
      let state = reduce(empty(), { type: "joined", reply: reply(log), resumed: false });
      const entry: Entry = {
        op: "a",
        wish: { kind: "new", text: "hello", reply_to: null, mentions: [] },
        at: AT,
      };
      state = reduce(state, { type: "wanted", entry });
      expect(shown(state, "me").map((one) => [one.message.text, one.state])).toEqual([
        ["", "stored"],
        ["hello", "waiting"],
      ]);
      const { seq, push } = log.say("a", "me", "hello");
      const done = { type: "done", op: "a", seq } as const;
      const live = { type: "live", message: push as Message } as const;
      for (const action of answerFirst ? [done, live] : [live, done]) {
        state = reduce(state, action);
        expect(shown(state, "me").map((one) => [one.message.text, one.state])).toEqual([
          ["", "stored"],
          ["hello", "stored"],
        ]);
      }
      expect(state.outbox).toEqual([]);
    }
  });

  it("keeps a refused message, and sends it again under its id", () => {
    let state = reduce(empty(), { type: "joined", reply: reply(new Log(50)), resumed: false });
    const entry: Entry = { op: "a", wish: { kind: "new", text: "x", reply_to: null, mentions: [] }, at: AT };
    state = reduce(state, { type: "wanted", entry });
    state = reduce(state, { type: "failed", op: "a", code: "invalid", reason: "too long" });
    expect(nextWish(state)).toBeUndefined();
    expect(shown(state, "me").at(-1)?.state).toBe("failed");
    state = reduce(state, { type: "again", op: "a" });
    expect(nextWish(state)?.op).toBe("a");
    expect(reduce(state, { type: "dropped", op: "a" }).outbox).toEqual([]);
  });

  it("shows whom an edit mentions at once, and leaves them where it says nothing of them", () => {
    const log = new Log(50);
    log.say("a", "me", "@Ana");
    log.change("first", "a", (message) => ({ ...message, mentions: ["ana"] }));
    const state = reduce(empty(), { type: "joined", reply: reply(log), resumed: false });
    const edited = (mentions?: string[]): string[] => {
      const wish: Wish = { kind: "edit", id: "a", text: "@Ben", ...(mentions ? { mentions } : {}) };
      const after = reduce(state, { type: "wanted", entry: { op: "op", wish, at: AT } });
      return shown(after, "me").at(-1)?.message.mentions ?? [];
    };
    expect(edited(["ben"])).toEqual(["ben"]);
    expect(edited([])).toEqual([]);
    expect(edited()).toEqual(["ana"]);
  });

  it("has one reaction for both spellings of an emoji, and everyone once with it", () => {
    const log = new Log(50);
    log.say("a", "other", "hello");
    const stored = { "👍\uFE0F": ["ana", "me"], "👍": ["me", "ben"], "❤": ["ana"] };
    log.change("op", "a", (message) => ({ ...message, reactions: stored }));
    let state = reduce(empty(), { type: "joined", reply: reply(log), resumed: false });
    const seen = (): Message["reactions"] | undefined => shown(state, "me").at(-1)?.message.reactions;
    expect(seen()).toEqual({ "👍": ["ana", "me", "ben"], "❤️": ["ana"] });
    state = reduce(state, {
      type: "wanted",
      entry: { op: "x", wish: { kind: "react", id: "a", emoji: "👍\uFE0F", on: false }, at: AT },
    });
    state = reduce(state, {
      type: "wanted",
      entry: { op: "y", wish: { kind: "react", id: "a", emoji: "❤", on: true }, at: AT },
    });
    expect(seen()).toEqual({ "👍": ["ana", "ben"], "❤️": ["ana", "me"] });
    // What an earlier visit kept is mended, too.
    const kept = keep(state, 10);
    const old = kept && { ...kept, log: kept.log.map((message) => ({ ...message, reactions: stored })) };
    state = restore(old as typeof kept, []);
    expect(seen()).toEqual({ "👍": ["ana", "me", "ben"], "❤️": ["ana"] });
  });

  it("shows no hole: an old message that changes waits for the pages in between", () => {
    const log = new Log(2);
    for (const id of ["a", "b", "c", "d"]) log.say(id, "other", id);
    let state = reduce(empty(), { type: "joined", reply: reply(log), resumed: false });
    const texts = (): string[] => shown(state, "me").map(({ message }) => message.text);
    expect(texts()).toEqual(["c", "d"]);
    state = reduce(state, {
      type: "live",
      message: log.change("op", "a", (message) => ({ ...message, text: "A" })).push as Message,
    });
    expect(texts()).toEqual(["c", "d"]);
    const { floor, epoch } = state;
    state = reduce(state, { type: "older", before: floor, epoch, page: log.before(floor) });
    expect(texts()).toEqual(["A", "b", "c", "d"]);
  });

  it("takes no older form of a message, however late a page comes", () => {
    const log = new Log(2);
    for (const id of ["a", "b", "c", "d"]) log.say(id, "other", id);
    let state = reduce(empty(), { type: "joined", reply: reply(log), resumed: false });
    const { floor, epoch } = state;
    const page = log.before(floor);
    const { push } = log.change("op", "b", (message) => ({ ...message, text: "B" }));
    state = reduce(state, { type: "live", message: push as Message });
    state = reduce(state, { type: "older", before: floor, epoch, page });
    expect(shown(state, "me").map(({ message }) => message.text)).toEqual(["a", "B", "c", "d"]);
  });

  it("sends again what a failover has lost", () => {
    const log = new Log(50);
    let state = reduce(empty(), { type: "joined", reply: reply(log), resumed: false });
    const entry: Entry = { op: "a", wish: { kind: "new", text: "x", reply_to: null, mentions: [] }, at: AT };
    state = reduce(state, { type: "wanted", entry });
    state = reduce(state, { type: "done", op: "a", seq: log.say("a", "me", "x").seq });
    expect(nextWish(state)).toBeUndefined();
    log.fail();
    state = reduce(state, { type: "joined", reply: log.join(joinParams(state)), resumed: true });
    expect(nextWish(state)?.op).toBe("a");
  });

  it("moves read marks forward only", () => {
    let state = empty();
    const member = {
      user_id: "u",
      display_name: "U",
      avatar_url: null,
      role: "member",
      seat: 1,
      read_seq: 3,
      joined_at: AT,
    };
    const log = new Log(50);
    state = reduce(state, { type: "joined", reply: { ...reply(log), members: [member] }, resumed: false });
    state = reduce(state, { type: "read", user_id: "u", seq: 7 });
    state = reduce(state, { type: "read", user_id: "u", seq: 5 });
    expect(state.members[0]?.read_seq).toBe(7);
    state = reduce(state, { type: "pod", pod: reply(log).pod, members: [member] });
    expect(state.members[0]?.read_seq).toBe(7);
  });

  it("takes ten thousand messages without delay", () => {
    const log = new Log(200);
    for (let number = 0; number < 10_000; number++) log.say(`m${number}`, "other", `words ${number}`);
    let state = reduce(empty(), { type: "joined", reply: reply(log), resumed: false });
    while (!state.whole) {
      const { floor, epoch } = state;
      const all = log.all();
      const place = placeOf(all, floor);
      const messages = all.slice(Math.max(0, place - 200), place);
      state = reduce(state, {
        type: "older",
        before: floor,
        epoch,
        page: { messages, more: place > 200, next: null },
      });
    }
    expect(shown(state, "me").length).toBe(10_001);
  });
});
