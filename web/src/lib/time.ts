// Times, as a reader says them.

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const date = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "long" });
const short = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

const DAY = 86_400_000;

/** The day on which it was, here: a key, the same for all of a day. */
export function dayKey(at: string): string {
  const time = new Date(at);
  return `${time.getFullYear()}-${time.getMonth()}-${time.getDate()}`;
}

export function clockTime(at: string): string {
  return clock.format(new Date(at));
}

function daysAgo(at: Date): number {
  const start = (time: Date): number => new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
  return Math.round((start(new Date()) - start(at)) / DAY);
}

/** "Today", "Yesterday", "Monday", "Mon, 3 March". */
export function dayName(at: string): string {
  const time = new Date(at);
  const ago = daysAgo(time);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  return ago > 1 && ago < 7 ? weekday.format(time) : date.format(time);
}

/** As short as a list needs it. */
export function listTime(at: string): string {
  const time = new Date(at);
  const ago = daysAgo(time);
  if (ago === 0) return clock.format(time);
  if (ago === 1) return "Yesterday";
  return short.format(time);
}

/** When an event is, told in its own zone. */
export function eventTime(
  at: string,
  zone: string | null,
): { day: string; month: string; weekday: string; time: string } {
  const options = zone ? { timeZone: zone } : {};
  const time = new Date(at);
  const part = (format: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(undefined, { ...options, ...format }).format(time);
  return {
    day: part({ day: "numeric" }),
    month: part({ month: "short" }),
    weekday: part({ weekday: "long" }),
    time: part({ hour: "numeric", minute: "2-digit" }),
  };
}

/** "in 3 weeks", "tomorrow", "tonight". */
export function countdown(at: string): string {
  const days = -daysAgo(new Date(at));
  if (days === 0) return "tonight";
  const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (Math.abs(days) < 14) return relative.format(days, "day");
  if (Math.abs(days) < 60) return relative.format(Math.round(days / 7), "week");
  return Math.abs(days) < 550
    ? relative.format(Math.round(days / 30), "month")
    : relative.format(Math.round(days / 365), "year");
}
