import { describe, expect, it } from "vitest";
import { granted, inOrder, newer, readTo, unreadOf } from "../../src/features/inbox/flags";
import type { InboxEntry } from "../../src/generated/openapi";

function entry(id: string, active_at: string, flags: Partial<InboxEntry> = {}): InboxEntry {
  return { id, active_at, unread: 0, pinned_at: null, marked_unread: false, ...flags } as InboxEntry;
}

describe("what one marks pods with", () => {
  it("puts what is pinned first, each part by activity", () => {
    const pinned = { pinned_at: "2027-01-01T00:00:00Z" };
    const list = [entry("a", "1"), entry("b", "3"), entry("c", "2", pinned), entry("d", "0", pinned)];
    expect(list.sort(inOrder).map(({ id }) => id)).toEqual(["c", "d", "b", "a"]);
  });

  it("counts a mark as unread for one, unless there is more", () => {
    expect(unreadOf(entry("a", "1"))).toBe(0);
    expect(unreadOf(entry("a", "1", { marked_unread: true }))).toBe(1);
    expect(unreadOf(entry("a", "1", { marked_unread: true, unread: 7 }))).toBe(7);
  });

  it("ends a mark as unread where one reads on, and not where one reads the same again", () => {
    const marked = entry("a", "1", { read_seq: 5, unread: 1, marked_unread: true });
    expect(readTo(marked, 5, 1)).toEqual(marked);
    expect(readTo(marked, 6, 0)).toEqual({ ...marked, read_seq: 6, unread: 0, marked_unread: false });
  });

  it("grants what is wished, and leaves the rest", () => {
    const now = new Date("2027-01-01T00:00:00Z");
    const before = entry("a", "1", { marked_unread: true });
    expect(granted(before, { pinned: true }, now)).toEqual({ ...before, pinned_at: now.toISOString() });
    const pinned = granted(before, { pinned: true, marked_unread: false }, now);
    expect(granted(pinned, { pinned: true }, new Date())).toEqual(pinned);
    expect(granted(pinned, { pinned: false })).toEqual({ ...before, marked_unread: false });
  });

  it("does not let an older list bring back what was read, nor lose what is new", () => {
    const held = entry("a", "2", { head: 7, read_seq: 7, unread: 0 });
    const older = entry("a", "2", { head: 7, read_seq: 5, unread: 2, marked_unread: true });
    expect(newer(held, older)).toMatchObject({ read_seq: 7, unread: 0, marked_unread: false });
    const further = entry("a", "3", { head: 8, read_seq: 7, unread: 1 });
    expect(newer(held, further)).toEqual(further);
    expect(newer(undefined, older)).toEqual(older);
    expect(newer(further, older)).toMatchObject({ head: 8, unread: 1 });
  });
});
