// The texts of refusals and faults for people: a sentence of the catalogue for each code, and for what is wrong with a
// value. The reasons that the server gives are written in English for developers of clients; people do not see them.

import { common } from "../texts";

/** The sentence for a refusal; a general one for a fault that nobody foresaw. */
export function sentence(code: string): string {
  const refusals: Record<string, string> = common.refusals;
  return Object.hasOwn(refusals, code) ? (refusals[code] as string) : common.unforeseen;
}

/** What the server says of a value, and what people read of it. */
const RULES: [RegExp, (found: string[]) => string][] = [
  [/^must not be (blank|empty)/, () => common.rules.blank],
  [/at least (\d+) characters/, ([, least = ""]) => common.rules.atLeast(least)],
  [/(?:at most|between \d+ and) (\d+) characters/, ([, most = ""]) => common.rules.atMost(most)],
  [/\bmail\b|before the @/, () => common.rules.email],
  [/control|direction|one line/, () => common.rules.controls],
  [/https?:|\baddress\b|Instagram/i, () => common.rules.address],
  [/\b1900\b/, () => common.rules.years],
];

/** What is wrong with a value, as a sentence. */
export function rule(detail: string): string {
  for (const [pattern, tell] of RULES) {
    const found = pattern.exec(detail);
    if (found) return tell(found);
  }
  return common.rules.other;
}
