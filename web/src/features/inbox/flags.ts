// The entries of an inbox as values: what one has read, and what one marks them with for oneself. Pure.

import type { InboxEntry } from "../../generated/openapi";

/** What one wants a pod to be marked with; what is absent stays. */
export interface FlagsWish {
  pinned?: boolean;
  marked_unread?: boolean;
}

/** The entry as it is once the wish is granted. */
export function granted(entry: InboxEntry, wish: FlagsWish, now = new Date()): InboxEntry {
  const pinned_at =
    wish.pinned === undefined ? entry.pinned_at : wish.pinned ? (entry.pinned_at ?? now.toISOString()) : null;
  return { ...entry, pinned_at, marked_unread: wish.marked_unread ?? entry.marked_unread };
}

/** The entry once one has read up to `seq`: reading on also reads what was marked as unread. */
export function readTo(entry: InboxEntry, seq: number, unread: number): InboxEntry {
  return { ...entry, read_seq: seq, unread, marked_unread: entry.marked_unread && seq === entry.read_seq };
}

/** How many unread messages a pod counts for: one that is marked as unread counts for one. */
export function unreadOf({ unread, marked_unread }: InboxEntry): number {
  return Math.max(unread, marked_unread ? 1 : 0);
}

/** The order of an inbox: what is pinned first, then what was active last. */
export function inOrder(a: InboxEntry, b: InboxEntry): number {
  const pinned = Number(Boolean(b.pinned_at)) - Number(Boolean(a.pinned_at));
  return pinned || b.active_at.localeCompare(a.active_at);
}

/** Which of an entry holds: what was heard while a list was read may be newer than what the list tells. */
export function newer(held: InboxEntry | undefined, received: InboxEntry): InboxEntry {
  if (!held) return received;
  // What one has read never moves back.
  if (received.head === held.head && received.read_seq < held.read_seq)
    return readTo(received, held.read_seq, held.unread);
  if (received.head >= held.head) return received;
  const { head, unread, last_message, active_at } = held;
  return { ...received, head, unread, last_message, active_at };
}
