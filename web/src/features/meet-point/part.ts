// An event's meet point, as far as it is known. Pure.

import type { Part } from "../events/store/part";
import type { MeetPoint } from "../../generated/openapi";

export interface KeptMeetPoint {
  /** Null where there is none. */
  point: MeetPoint | null;
  /** The topic has answered: what HTTP says is older. */
  live: boolean;
  /** How often the topic has said something of it. */
  heard: number;
}

export const meetPoint: Part<KeptMeetPoint> = {
  name: "meet_point",
  empty: { point: null, live: false, heard: 0 },
  joined: ({ meet_point }) => ({ point: meet_point, live: true, heard: 0 }),
  on: {
    "meet_point:changed": ({ heard }, { meet_point }) => ({
      point: meet_point,
      live: true,
      heard: heard + 1,
    }),
  },
  read: async (event, get) => {
    const point = await orNone(get<MeetPoint>(`/v1/events/${event}/meet-point`));
    return (kept) => (kept.live ? kept : { ...kept, point });
  },
  memory: ({ point }) => ({ ...meetPoint.empty, point }),
};

/** What one has stored oneself, at a time when the topic had said `heard` of it: what it says since is newer. */
export function stored(kept: KeptMeetPoint, point: MeetPoint | null, heard: number): KeptMeetPoint {
  return kept.live && kept.heard !== heard ? kept : { ...kept, point };
}

/** Statuses that say so. */
const NONE = new Set<unknown>([403, 404]);

/** Null for what is not there, or not for everybody. */
export async function orNone(asked: Promise<MeetPoint>): Promise<MeetPoint | null> {
  try {
    return await asked;
  } catch (error) {
    if (NONE.has((error as { status?: unknown }).status)) return null;
    throw error;
  }
}
