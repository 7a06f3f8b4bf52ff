// How a poll's end is shown: when it closes by the clocks of the event's place, and how soon that is. Pure.

import { relative } from "../../lib/formats";
import { MINUTE } from "../../lib/zones";
import { pointWords, type Reader } from "../events/time";
import { t } from "./texts";

/** From so near on, the seconds are counted. */
export const SECONDS = 90_000;

/** "Closes: 21:00", "Closes in 12 minutes: 21:00", "Closes in 0:42", "Closing now". */
export function closingWords(at: number, now: number, zone: string | null, reader: Reader): string {
  const left = at - now;
  if (left <= 0) return t.closingNow;
  if (left < SECONDS) {
    const seconds = Math.ceil(left / 1_000);
    return t.closesIn(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
  }
  const point = pointWords(at, now, zone, reader);
  return left < 90 * MINUTE ? t.closesSoon(relative(Math.round(left / MINUTE), "minute"), point) : t.closesAt(point);
}

export function closedWords(at: number, now: number, zone: string | null, reader: Reader): string {
  return t.closedAt(pointWords(at, now, zone, reader));
}
