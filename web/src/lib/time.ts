// Times, as a reader says them.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
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
        time: part({ hour: "2-digit", minute: "2-digit" }),
    };
}

/** "in 3 weeks", "tomorrow", "tonight". */
export function countdown(at: string): string {
    const ago = -daysAgo(new Date(at));
    if (ago === 0) return "tonight";
    const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
    if (Math.abs(ago) < 14) return relative.format(ago, "day");
    return Math.abs(ago) < 60
        ? relative.format(Math.round(ago / 7), "week")
        : relative.format(Math.round(ago / 30), "month");
}
