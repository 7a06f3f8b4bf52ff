// Stores what an earlier visit wrote down of a night and could not store. The rest of the feature is read only if there
// is such a thing.

import { drafts } from "../../lib/db";
import type { Id } from "../../lib/id";

/** How the device calls what it keeps of a night, with the event behind it. */
export const NAME = "night.";

let follower: ((user: Id | null) => void) | null = null;

/** Calls with who is signed in whenever that changes. */
export function onPerson(follow: (user: Id | null) => void): void {
  follower = follow;
}

/** This person is signed in, or nobody. */
export async function resumeNights(user: Id | null): Promise<void> {
  follower?.(user);
  if (user === null || drafts.names(user, NAME).length === 0) return;
  try {
    (await import("./nights.svelte")).nights.resume(user);
  } catch {
    // The page that shows it tries again.
  }
}
