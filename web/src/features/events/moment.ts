// What matters at an event at a moment. Pure.

import { dayAt, known } from "../../lib/zones";
import { phaseOf, startOf, type Timed } from "./time";

/** Called off, long before, on its day before it starts, while it is on, or afterwards. */
export type Moment = "off" | "before" | "today" | "on" | "over";

export function momentAt(event: Timed & { cancelled_at: string | null }, at: number): Moment {
  const phase = phaseOf(event, at);
  if (phase === "over") return "over";
  if (event.cancelled_at !== null) return "off";
  if (phase === "on") return "on";
  const zone = known(event.time_zone);
  return dayAt(startOf(event), zone) === dayAt(at, zone) ? "today" : "before";
}
