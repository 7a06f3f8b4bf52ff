// Zones: what the clocks on a wall show at a moment, and the other way round. Pure; all of it is asked of `Intl`.

/** What a calendar and a clock on a wall show. Seconds and less are part of no event. */
export interface Wall {
  year: number;
  /** From 1. */
  month: number;
  day: number;
  hour: number;
  minute: number;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const formats = new Map<string, Intl.DateTimeFormat | null>();

/** A format that takes a moment apart; null for a zone that this browser does not know. */
function taking(zone: string): Intl.DateTimeFormat | null {
  let format = formats.get(zone);
  if (format === undefined) {
    format = make(zone);
    formats.set(zone, format);
  }
  return format;
}

function make(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return null;
  }
}

/** The zone of this name as this browser knows it; UTC for none, and for one that it has never heard of. */
export function known(zone: string | null | undefined): string {
  return zone && taking(zone) ? zone : "UTC";
}

/** The device's own zone. */
export function ownZone(): string {
  return known(Intl.DateTimeFormat().resolvedOptions().timeZone);
}

/** What the wall shows, as the moment at which a wall in UTC shows the same. */
function shown(format: Intl.DateTimeFormat, at: number): number {
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = value;
  const year = part["era"] === "BC" ? 1 - Number(part["year"]) : Number(part["year"]);
  const wall = utc({
    year,
    month: Number(part["month"]),
    day: Number(part["day"]),
    hour: Number(part["hour"]),
    minute: Number(part["minute"]),
  });
  return wall + Number(part["second"]) * 1_000;
}

/** The moment at which a wall in UTC shows this. `Date.UTC` takes the years before 100 for others. */
function utc({ year, month, day, hour, minute }: Wall): number {
  return new Date(0).setUTCFullYear(year, month - 1, day) + hour * HOUR + minute * MINUTE;
}

/** How far the zone is ahead of UTC at a moment, in milliseconds. */
export function offsetAt(at: number, zone: string): number {
  const format = taking(known(zone));
  return format ? shown(format, at) - Math.floor(at / 1_000) * 1_000 : 0;
}

/** What the wall there shows at a moment. */
export function wallAt(at: number, zone: string): Wall {
  const time = new Date(at + offsetAt(at, zone));
  return {
    year: time.getUTCFullYear(),
    month: time.getUTCMonth() + 1,
    day: time.getUTCDate(),
    hour: time.getUTCHours(),
    minute: time.getUTCMinutes(),
  };
}

/** The day there, counted so that the next day is one more. */
export function dayAt(at: number, zone: string): number {
  return Math.floor((at + offsetAt(at, zone)) / DAY);
}

/** The offsets before and after whatever change of the clocks is near. No zone is further from UTC than 14 hours, nor
 * changes its clocks by more than 24. */
function offsetsAround(wall: Wall, zone: string): [before: number, after: number] {
  const middle = utc(wall);
  return [offsetAt(middle - DAY, zone), offsetAt(middle + DAY, zone)];
}

/** The moments at which the wall there shows this, in order: one as a rule, two when the clocks go back over it, none
 * when they go forward over it. */
export function instantsOf(wall: Wall, zone: string): number[] {
  const middle = utc(wall);
  const moments = offsetsAround(wall, zone).map((offset) => middle - offset);
  return [...new Set(moments)].filter((at) => at + offsetAt(at, zone) === middle).sort((a, b) => a - b);
}

/** For a time that the wall never shows: the real ones before and after, by as much as the clocks jump. */
export function besideGap(wall: Wall, zone: string): [earlier: number, later: number] {
  const [before, after] = offsetsAround(wall, zone);
  return [utc(wall) - after, utc(wall) - before];
}

/** "2027-06-09T20:00", as a field for date and time holds it; null if it holds nothing whole. */
export function parseWall(text: string): Wall | null {
  const found = /^(\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(text);
  if (!found) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = found.slice(1).map(Number);
  return { year, month, day, hour, minute };
}

export function writeWall({ year, month, day, hour, minute }: Wall): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

/** "UTC−5", "UTC+5:30", "UTC". */
export function offsetName(at: number, zone: string): string {
  const minutes = Math.round(offsetAt(at, zone) / MINUTE);
  if (minutes === 0) return "UTC";
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? "−" : "+"}${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
}

/** What people call a zone: "New York" for `America/New_York`. */
export function zoneName(zone: string): string {
  if (/^(Etc\/)?(UTC|UCT|Universal|Zulu|GMT0?|Greenwich|GMT[+-]0)$/i.test(zone)) return "UTC";
  // These count to the west.
  const fixed = /^Etc\/GMT([+-])(\d+)$/.exec(zone);
  if (fixed) return `UTC${fixed[1] === "+" ? "−" : "+"}${fixed[2]}`;
  const name = (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
  return name === "St Johns" ? "St. John’s" : name;
}

/** Whether the name is no place's: "UTC", "UTC−5", "EST". */
export function isBare(name: string): boolean {
  return /^(UTC|[A-Z0-9]+$)/.test(name);
}

/** All zones that this browser offers; its own alone if it does not say. */
export function allZones(): string[] {
  try {
    return Intl.supportedValuesOf("timeZone");
  } catch {
    return [ownZone()];
  }
}

/** Letters alone, without case and marks, of the part that names the place: "São Paulo, Brazil" is "saopaulo". */
function folded(name: string): string {
  const [place = ""] = name.split(",");
  return place
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** The zone that is called like this city, if there is one. */
export function zoneOfCity(city: string, zones: readonly string[] = allZones()): string | null {
  const wanted = folded(city);
  if (wanted === "") return null;
  // Names without a place before them are of countries and of rules.
  return (
    zones.find((zone) => zone.includes("/") && !zone.startsWith("Etc/") && folded(zoneName(zone)) === wanted) ?? null
  );
}

/** The zones of events, the most frequent first. */
export function zonesOfEvents(events: readonly { time_zone: string | null }[]): string[] {
  const counts = new Map<string, number>();
  for (const { time_zone } of events) if (time_zone) counts.set(time_zone, (counts.get(time_zone) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([zone]) => zone);
}
