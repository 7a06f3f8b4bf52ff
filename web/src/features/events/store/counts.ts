// How many people an event has.

import type { Part } from "./part";

export interface Counts {
  /** How many go there; null until the topic has answered. */
  members: number | null;
  /** How many of them have the event open now. */
  present: number;
}

export const counts: Part<Counts> = {
  name: "counts",
  empty: { members: null, present: 0 },
  joined: ({ members, present }) => ({ members, present }),
  on: {
    "members:count": (kept, { count }) => ({ ...kept, members: count }),
    "presence:count": (kept, { count }) => ({ ...kept, present: count }),
  },
  // Who is there now, nobody knows later.
  memory: ({ members }) => ({ members, present: 0 }),
};
