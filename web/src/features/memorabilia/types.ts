// What the server says of memorabilia.

import type { Event as LiveEvent } from "../../generated/openapi";
import type { Id } from "../../lib/id";

export interface Memorabilia {
  id: Id;
  event_id: Id;
  opener_guess: string | null;
  peak_moment: string | null;
  song_of_night: string | null;
  crowd_energy: string | null;
  crowd_level: number | null;
  notes: string | null;
  created_at: string;
  updated_at: string;
}

/** On the shelf, with its event. */
export type Kept = Memorabilia & { event: LiveEvent };
