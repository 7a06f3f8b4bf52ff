// Dates, numbers, lists and plurals, as the language of the screen writes them.

import { speaker } from "./language.svelte";

/** What every format of dates shares: no calendar and no digits but those that the texts around it have. */
export const PLAIN = { calendar: "gregory", numberingSystem: "latn" } as const;

const kept = new Map<string, unknown>();

/** A format is dear to make. */
function once<Format>(key: string, make: (locale: string) => Format): Format {
  const { locale } = speaker;
  const name = `${locale} ${key}`;
  let format = kept.get(name) as Format | undefined;
  if (format === undefined) {
    format = make(locale);
    kept.set(name, format);
  }
  return format;
}

/** Tells dates in a form, in whatever language the screen has at that time. */
export function dates(options: Intl.DateTimeFormatOptions): (at: Date | number) => string {
  const key = JSON.stringify(options);
  return (at) => once(key, (locale) => new Intl.DateTimeFormat(locale, { ...PLAIN, ...options })).format(at);
}

/** "1,234", "1.234". */
export function number(value: number): string {
  return once("number", (locale) => new Intl.NumberFormat(locale, { numberingSystem: PLAIN.numberingSystem })).format(
    value,
  );
}

/** "Ana, Ben and Cleo". */
export function list(items: readonly string[]): string {
  return once("list", (locale) => new Intl.ListFormat(locale)).format(items);
}

/** "tomorrow", "in 3 weeks". */
export function relative(value: number, unit: Intl.RelativeTimeFormatUnit): string {
  return once("relative", (locale) => new Intl.RelativeTimeFormat(locale, { numeric: "auto" })).format(value, unit);
}

/** The form for so many, with the number in place of `#`. */
export function many(count: number, forms: { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>): string {
  const rule = once("plural", (locale) => new Intl.PluralRules(locale)).select(count);
  return (forms[rule] ?? forms.other).replace("#", number(count));
}
