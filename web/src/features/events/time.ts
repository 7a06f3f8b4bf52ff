// An event's time: its zone, its day there, whether it is upcoming, on or over, and how all that is shown. The twin of
// the server's model (docs/TIME.md). Pure: the moment and the reader are given.

import { PLAIN, relative } from "../../lib/formats";
import { speaker } from "../../lib/language.svelte";
import {
  DAY,
  HOUR,
  besideGap,
  dayAt,
  instantsOf,
  isBare,
  known,
  offsetAt,
  ownZone,
  parseWall,
  wallAt,
  zoneName,
} from "../../lib/zones";
import { t } from "./texts";

/** What an event says of its time. */
export interface Timed {
  date_utc: string;
  ends_at: string | null;
  time_zone: string | null;
}

/** Upcoming before it starts, on until it ends, then over. */
export type Phase = "upcoming" | "on" | "over";

/** Who reads: where, and whose dates and clocks. */
export interface Reader {
  zone: string;
  locale: string;
}

/** How long an event is on that does not say when it ends. */
export const USUAL = 12 * HOUR;

/** How long an event may last. */
export const LONGEST = 31 * DAY;

/** Between two times that stand on one line. A line may end behind a dash, also before a space that does not break. */
const UNBROKEN = "\u00A0–\u2060\u00A0";

/** A night ends in the morning: until this hour it is the day before. */
const MORNING = 6 * HOUR;

/** From this hour on it is evening. */
const EVENING = 17;

export function here(): Reader {
  return { zone: ownZone(), locale: speaker.locale };
}

export function startOf(event: Timed): number {
  return Date.parse(event.date_utc);
}

export function endOf(event: Timed): number {
  return event.ends_at === null ? startOf(event) + USUAL : Date.parse(event.ends_at);
}

export function phaseOf(event: Timed, at: number): Phase {
  if (at < startOf(event)) return "upcoming";
  return at < endOf(event) ? "on" : "over";
}

/** The soonest first. */
export function soonest(a: Timed & { id: string }, b: Timed & { id: string }): number {
  return startOf(a) - startOf(b) || a.id.localeCompare(b.id);
}

/** A moment of its last day: a night that ends in the morning belongs to the day before. */
function atLast(start: number, end: number, zone: string): number {
  return wallAt(end, zone).hour * HOUR < MORNING ? Math.max(start, end - MORNING) : end;
}

function onSeveralDays(start: number, end: number, zone: string): boolean {
  return dayAt(atLast(start, end, zone), zone) > dayAt(start, zone);
}

/** Tells moments in a zone. */
class Teller {
  constructor(
    readonly zone: string,
    readonly locale: string,
  ) {}

  part(at: number, options: Intl.DateTimeFormatOptions): string {
    return this.#format(options).format(at);
  }

  clock(at: number): string {
    return this.part(at, { timeStyle: "short" });
  }

  weekday(at: number): string {
    return this.part(at, { weekday: "long" });
  }

  /** "Wednesday, 9 June 2027". */
  date(at: number): string {
    return this.part(at, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  }

  /** "Fri 5 – Sun 7 June", in which a line ends behind the dash alone. */
  days(from: number, to: number): string {
    const month = wallAt(from, this.zone).month === wallAt(to, this.zone).month ? "long" : "short";
    const days = this.#format({ weekday: "short", day: "numeric", month }).formatRange(from, to);
    return days.replace(/\s/g, "\u00A0").replace(/([–-])\u00A0/, "$1 ");
  }

  #format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    return formatOf(this.zone, this.locale, options);
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** A list has many tickets, and a format is dear to make. */
function formatOf(timeZone: string, locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${timeZone} ${locale} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { ...PLAIN, ...options, timeZone });
    formats.set(key, format);
  }
  return format;
}

/** "20:00 New York time", "20:00 UTC". */
export function withZone(time: string, zone: string): string {
  const name = zoneName(zone);
  return isBare(name) ? `${t.clock(time)} ${name}` : t.zoned(time, name);
}

/** "20:00 in New York", "20:00 UTC". */
export function inZone(time: string, zone: string): string {
  const name = zoneName(zone);
  return isBare(name) ? `${t.clock(time)} ${name}` : t.inPlace(time, name);
}

/** What a ticket says of the time. */
export interface TicketWords {
  month: string;
  day: string;
  /** Null for this year's. */
  year: string | null;
  /** "Tuesday, 20:00 New York time", or of several days "Fri 5 – Sun 7 June, 16:00". */
  when: string;
  /** The same with the time it ends, where that is known. */
  whole: string;
  phase: Phase;
  /** "in 3 weeks", "tonight", "on now until 23:00", "over". */
  state: string;
  /** "02:00 on Wednesday for you", where the reader's clock shows another time. */
  yours: string | null;
}

export function ticketOf(event: Timed, at: number, reader: Reader): TicketWords {
  const zone = known(event.time_zone);
  const [start, end] = [startOf(event), endOf(event)];
  const tell = new Teller(zone, reader.locale);
  const year = wallAt(start, zone).year;
  const elsewhere = offsetAt(start, zone) !== offsetAt(start, reader.zone);
  const placed = (time: string): string => (elsewhere ? withZone(time, zone) : t.clock(time));
  const begins = tell.clock(start);
  const until = event.ends_at !== null && end > start ? end : null;
  let when = t.at(tell.weekday(start), placed(begins));
  let whole = until === null ? when : t.at(tell.weekday(start), placed(begins + UNBROKEN + tell.clock(until)));
  if (until !== null && onSeveralDays(start, until, zone)) {
    const days = tell.days(start, atLast(start, until, zone));
    when = t.at(days, placed(begins));
    whole = t.from(days, placed(begins));
  }
  const phase = phaseOf(event, at);
  const state =
    phase === "over" ? t.over : phase === "on" ? onNow(event, at, tell, elsewhere) : countdown(start, at, zone);
  return {
    month: tell.part(start, { month: "short" }),
    day: tell.part(start, { day: "numeric" }),
    year: year === wallAt(at, zone).year ? null : String(year),
    when,
    whole,
    phase,
    state,
    yours: phase === "over" ? null : yoursOf(start, zone, reader),
  };
}

function onNow(event: Timed, at: number, tell: Teller, elsewhere: boolean): string {
  if (event.ends_at === null) return t.on;
  const end = endOf(event);
  if (end - at < 12 * HOUR) {
    const time = tell.clock(end);
    return t.onUntil(elsewhere ? withZone(time, tell.zone) : t.clock(time));
  }
  const last = atLast(startOf(event), end, tell.zone);
  // From a week on a weekday could be two days.
  const far = dayAt(last, tell.zone) - dayAt(at, tell.zone) > 6;
  return t.onUntil(far ? tell.part(last, { day: "numeric", month: "long" }) : tell.weekday(last));
}

/** "02:00 on Wednesday for you"; null where the reader's clock shows the same as the one there. */
export function yoursOf(at: number, zone: string, reader: Reader): string | null {
  if (offsetAt(at, zone) === offsetAt(at, reader.zone)) return null;
  const tell = new Teller(reader.zone, reader.locale);
  const same = dayAt(at, zone) === dayAt(at, reader.zone);
  const time = t.clock(tell.clock(at));
  return same ? t.yours(time) : t.yoursOn(time, tell.weekday(at));
}

/** What is said of a time that the clocks of an event's place show. */
export interface WallWords {
  /** "Tuesday, 19:30 New York time"; with the date where that is not near the event's day. */
  when: string;
  /** "That is 01:30 on Wednesday for you.", where the reader's clock shows another time. */
  yours: string | null;
}

/** `text` is as a field for date and time holds it; null if it is no time. */
export function wallWords(text: string, event: Timed, reader: Reader): WallWords | null {
  const wall = parseWall(text);
  if (wall === null) return null;
  const zone = known(event.time_zone);
  // It is shown as it was written, also where the clocks there skip it.
  const [written = 0] = instantsOf(wall, "UTC");
  const at = instantsOf(wall, zone)[0] ?? besideGap(wall, zone)[1];
  const tell = new Teller("UTC", reader.locale);
  const days = dayAt(written, "UTC") - dayAt(startOf(event), zone);
  const elsewhere = offsetAt(at, zone) !== offsetAt(at, reader.zone);
  const time = tell.clock(written);
  const yours = yoursOf(at, zone, reader);
  return {
    when: t.at(
      Math.abs(days) < 4 ? tell.weekday(written) : tell.date(written),
      elsewhere ? withZone(time, zone) : t.clock(time),
    ),
    yours: yours === null ? null : t.thatIs(yours),
  };
}

/** How far off something is, by the days of the place: "tonight", "tomorrow", "in 3 weeks", "in 2028". */
export function countdown(start: number, at: number, zone: string): string {
  const days = dayAt(start, zone) - dayAt(at, zone);
  if (days <= 0) return wallAt(start, zone).hour >= EVENING ? t.tonight : t.today;
  if (days < 14) return relative(days, "day");
  if (days < 60) return relative(Math.round(days / 7), "week");
  const year = wallAt(start, zone).year;
  if (days > 300 && year !== wallAt(at, zone).year) return t.inYear(String(year));
  return relative(Math.round(days / 30.4), "month");
}

/** "Saturday, 28 November 2026, 20:00", of several days "Fri 5 – Sun 7 June 2026", as a page says that one keeps. */
export function dateWords(event: Timed, locale: string): { whole: string; year: string } {
  const zone = known(event.time_zone);
  const [start, end] = [startOf(event), endOf(event)];
  const tell = new Teller(zone, locale);
  const year = String(wallAt(start, zone).year);
  const several = event.ends_at !== null && onSeveralDays(start, end, zone);
  const whole = several
    ? `${tell.days(start, atLast(start, end, zone))} ${year}`
    : t.at(tell.date(start), t.clock(tell.clock(start)));
  return { whole, year };
}

/** What will be stored, in words: "Wednesday, 9 June 2027, 20:00 in New York; that is 02:00 on Thursday for you". */
export function storedWords(start: number, end: number | null, zone: string, reader: Reader): string {
  const tell = new Teller(known(zone), reader.locale);
  let words = t.at(tell.date(start), inZone(tell.clock(start), zone));
  if (end !== null) {
    const time = t.clock(tell.clock(end));
    words = t.until(words, onSeveralDays(start, end, tell.zone) ? t.at(tell.date(end), time) : time);
  }
  const yours = yoursOf(start, tell.zone, reader);
  return yours === null ? words : t.stored(words, yours);
}

/** "That is in 2029, more than two years from now."; null for what is sooner. */
export function farOff(start: number, at: number, zone: string): string | null {
  const { year, ...rest } = wallAt(at, zone);
  const limit = new Date(Date.UTC(year + 2, rest.month - 1, rest.day)).getTime();
  if (start <= limit + DAY) return null;
  return t.farOff(String(wallAt(start, zone).year));
}

/** A moment as one of several to choose from: "03:30", with the day where they are of different days. */
export function momentWords(at: number, among: readonly number[], zone: string): string {
  const tell = new Teller(known(zone), speaker.locale);
  const days = new Set(among.map((one) => dayAt(one, tell.zone)));
  const time = t.clock(tell.clock(at));
  return days.size === 1 ? time : t.at(tell.date(at), time);
}

/** A moment near `now`, as the clocks there show it: "21:00", "Wednesday, 9 June 2027, 21:00 New York time". */
export function pointWords(at: number, now: number, zone: string | null, reader: Reader): string {
  const tell = new Teller(known(zone), reader.locale);
  const clock = tell.clock(at);
  const elsewhere = offsetAt(at, tell.zone) !== offsetAt(at, reader.zone);
  const time = elsewhere ? withZone(clock, tell.zone) : t.clock(clock);
  return dayAt(at, tell.zone) === dayAt(now, tell.zone) ? time : t.at(tell.date(at), time);
}
