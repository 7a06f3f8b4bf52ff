// Times of the reader's own: of messages, devices and the like. An event's are in `features/events/time.ts`.

import { common } from "../texts";
import { dates, relative } from "./formats";
import { now } from "./now.svelte";

const clock = dates({ timeStyle: "short" });
const weekday = dates({ weekday: "long" });
const date = dates({ weekday: "short", day: "numeric", month: "long" });
const dated = dates({ day: "numeric", month: "long", year: "numeric" });
const short = dates({ day: "numeric", month: "short" });
const shortest = dates({ day: "numeric", month: "short", year: "2-digit" });

const DAY = 86_400_000;

/** The day on which it was, here: a key, the same for all of a day. */
export function dayKey(at: string): string {
  const time = new Date(at);
  return `${time.getFullYear()}-${time.getMonth()}-${time.getDate()}`;
}

export function clockTime(at: string): string {
  return clock(new Date(at));
}

function daysAgo(at: Date, today: Date): number {
  const start = (time: Date): number => new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
  return Math.round((start(today) - start(at)) / DAY);
}

/** "Today", "Yesterday", "Monday", "Mon, 3 March"; "3 March 2024" in another year. Turns over at midnight by itself. */
export function dayName(at: string, current: number = now.at): string {
  const [time, today] = [new Date(at), new Date(current)];
  const ago = daysAgo(time, today);
  if (ago === 0) return common.today;
  if (ago === 1) return common.yesterday;
  if (ago > 1 && ago < 7) return weekday(time);
  return (time.getFullYear() === today.getFullYear() ? date : dated)(time);
}

/** As short as a list needs it. */
export function listTime(at: string, current: number = now.at): string {
  const [time, today] = [new Date(at), new Date(current)];
  const ago = daysAgo(time, today);
  if (ago === 0) return clock(time);
  if (ago === 1) return common.yesterday;
  return (time.getFullYear() === today.getFullYear() ? short : shortest)(time);
}

/** "now", "5 minutes ago", "3 hours ago"; the day and the time of what is longer ago. */
export function timeAgo(at: string, current: number = now.at): string {
  const minutes = Math.floor((current - Date.parse(at)) / 60_000);
  if (minutes < 1) return relative(0, "second");
  if (minutes < 60) return relative(-minutes, "minute");
  if (minutes < 12 * 60) return relative(-Math.floor(minutes / 60), "hour");
  return exactTime(at, current);
}

/** "Today, 14:05", "Mon, 3 March, 14:05". */
export function exactTime(at: string, current: number = now.at): string {
  return `${dayName(at, current)}, ${clockTime(at)}`;
}
