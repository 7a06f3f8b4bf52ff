// What the server says of a meet point.

import type { Id } from "../../lib/id";

export interface MeetPoint {
  event_id: Id;
  title: string;
  description: string | null;
  /** "2026-11-28T19:30:00", on the clocks there. */
  when_local: string | null;
  when_note: string | null;
  created_by: Id;
  updated_at: string;
  /** In quotation marks it is the `ETag`. */
  revision: Id;
}
