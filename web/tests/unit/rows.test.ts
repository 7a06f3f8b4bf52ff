import { describe, expect, it } from "vitest";
import { rows, type Row } from "../../src/features/pods/conversation/rows";
import type { Shown } from "../../src/features/pods/conversation/state";
import type { Member, Message } from "../../src/generated/openapi";

function said(seq: number, user_id: string, at: string, kind: Message["kind"] = "text"): Shown {
  const message: Message = {
    id: `m${seq}`,
    seq,
    changed_seq: seq,
    user_id,
    kind,
    text: `words ${seq}`,
    reply_to: null,
    mentions: [],
    attachments: [],
    reactions: {},
    edited_at: null,
    deleted_at: null,
    at,
  };
  return { message, state: "stored" };
}

function member(user_id: string, read_seq: number): Member {
  return { user_id, display_name: user_id, avatar_url: null, role: "member", seat: 1, read_seq, joined_at: "" };
}

const day = (at: string): string => at.slice(0, 10);
const types = (list: Row[]): string[] => list.map((row) => (row.type === "bubble" ? row.key : row.type));

describe("rows", () => {
  const talk = [
    said(1, "ana", "2026-11-20T20:00:00Z", "joined"),
    said(2, "ana", "2026-11-20T20:01:00Z"),
    said(3, "ana", "2026-11-20T20:02:00Z"),
    said(4, "ben", "2026-11-21T09:00:00Z"),
    said(5, "ben", "2026-11-21T09:20:00Z"),
  ];

  it("has a line for each day, and one where the unread begins", () => {
    const list = rows(talk, { me: "ana", members: [], unreadAfter: 3, unreadUntil: 5, day });
    expect(types(list)).toEqual(["day", "line", "m2", "m3", "day", "unread", "m4", "m5"]);
  });

  it("has no unread line above one's own words", () => {
    expect(types(rows(talk, { me: "ben", members: [], unreadAfter: 3, unreadUntil: 5, day }))).not.toContain("unread");
    expect(types(rows(talk, { me: "ana", members: [], unreadAfter: null, unreadUntil: 5, day }))).not.toContain(
      "unread",
    );
  });

  it("has no unread line above what was heard as it was said", () => {
    const view = { me: "ana", members: [], unreadAfter: 3, unreadUntil: 3, day };
    expect(types(rows(talk, view))).not.toContain("unread");
  });

  it("puts together what one says in one go", () => {
    const bubbles = rows(talk, { me: "ana", members: [], unreadAfter: null, unreadUntil: 5, day }).filter(
      (row) => row.type === "bubble",
    );
    expect(bubbles.map(({ opens, closes }) => [opens, closes])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  it("shows each reader once, at the newest words that they have read, and not at their own", () => {
    const members = [member("ana", 5), member("ben", 5), member("cem", 3), member("dot", 1)];
    const list = rows(talk, { me: "ana", members, unreadAfter: null, unreadUntil: 5, day });
    const readers = list.flatMap((row) => (row.type === "bubble" ? [row.readers.map(({ user_id }) => user_id)] : []));
    expect(readers).toEqual([[], ["cem"], [], []]);
  });

  it("folds the comings and goings of a person into one line", () => {
    const at = (minute: number): string => `2026-11-20T20:${String(minute).padStart(2, "0")}:00Z`;
    const log = [
      said(1, "mal", at(1), "joined"),
      said(2, "mal", at(2), "left"),
      said(3, "eve", at(3), "joined"),
      said(4, "mal", at(4), "joined"),
      said(5, "mal", at(5), "left"),
      said(6, "ana", at(6)),
      said(7, "mal", at(7), "joined"),
      said(8, "mal", at(8), "removed"),
      said(9, "mal", at(9), "joined"),
      said(10, "mal", "2026-11-21T08:00:00Z", "left"),
    ];
    const list = rows(log, { me: "ana", members: [], unreadAfter: null, unreadUntil: 0, day });
    const lines = list.flatMap((row) => (row.type === "line" ? [[row.key, row.message.seq, row.lines]] : []));
    expect(lines).toEqual([
      ["m3", 3, 1],
      ["m1", 5, 4],
      ["m7", 7, 1],
      ["m8", 8, 1],
      ["m9", 9, 1],
      ["m10", 10, 1],
    ]);
    // One more line changes neither the keys nor what stood before.
    const more = rows([...log.slice(0, 5), said(6, "mal", at(6), "joined")], {
      me: "ana",
      members: [],
      unreadAfter: null,
      unreadUntil: 0,
      day,
    });
    expect(more.map(({ key }) => key)).toEqual(["day-2026-11-20", "m3", "m1"]);
  });
});
