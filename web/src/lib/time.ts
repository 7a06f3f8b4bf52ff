// Times of the reader's own: of messages, devices and the like. An event's are told by `features/events/time.ts`. All pages are in
// English, so dates and times are, too.

import { now } from "./now.svelte";

/** The reader's own English; British for those who read something else, whose clocks have 24 hours more often than not. */
export function englishOf(language: string | undefined): string {
  try {
    const locale = new Intl.Locale(language ?? "");
    // Without extensions, which may ask for another calendar or other digits.
    if (locale.language === "en") return locale.baseName;
  } catch {
    // Not a language.
  }
  return "en-GB";
}

export const ENGLISH = englishOf(globalThis.navigator?.language);

/** What every format of this client shares. */
export const PLAIN = { calendar: "gregory", numberingSystem: "latn" } as const;

const clock = new Intl.DateTimeFormat(ENGLISH, { ...PLAIN, timeStyle: "short" });
const weekday = new Intl.DateTimeFormat(ENGLISH, { ...PLAIN, weekday: "long" });
const date = new Intl.DateTimeFormat(ENGLISH, { ...PLAIN, weekday: "short", day: "numeric", month: "long" });
const dated = new Intl.DateTimeFormat(ENGLISH, { ...PLAIN, day: "numeric", month: "long", year: "numeric" });
const short = new Intl.DateTimeFormat(ENGLISH, { ...PLAIN, day: "numeric", month: "short" });
const shortest = new Intl.DateTimeFormat(ENGLISH, { ...PLAIN, day: "numeric", month: "short", year: "2-digit" });

const DAY = 86_400_000;

/** The day on which it was, here: a key, the same for all of a day. */
export function dayKey(at: string): string {
  const time = new Date(at);
  return `${time.getFullYear()}-${time.getMonth()}-${time.getDate()}`;
}

export function clockTime(at: string): string {
  return clock.format(new Date(at));
}

function daysAgo(at: Date, today: Date): number {
  const start = (time: Date): number => new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
  return Math.round((start(today) - start(at)) / DAY);
}

/** "Today", "Yesterday", "Monday", "Mon, 3 March"; "3 March 2024" in another year. Turns over at midnight by itself. */
export function dayName(at: string, current: number = now.at): string {
  const [time, today] = [new Date(at), new Date(current)];
  const ago = daysAgo(time, today);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  if (ago > 1 && ago < 7) return weekday.format(time);
  return (time.getFullYear() === today.getFullYear() ? date : dated).format(time);
}

/** As short as a list needs it. */
export function listTime(at: string, current: number = now.at): string {
  const [time, today] = [new Date(at), new Date(current)];
  const ago = daysAgo(time, today);
  if (ago === 0) return clock.format(time);
  if (ago === 1) return "Yesterday";
  return (time.getFullYear() === today.getFullYear() ? short : shortest).format(time);
}
