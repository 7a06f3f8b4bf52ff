import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { rule, sentence } from "../../src/lib/words";
import { common } from "../../src/texts";

/** The server's sources, from which its own reasons are read. */
function source(path: string): string {
  return readFileSync(new URL(`../../../src/${path}`, import.meta.url), "utf8");
}

describe("what people are told", () => {
  it("is a sentence for each code, and a general one for what nobody foresaw", () => {
    for (const code of ["conflict", "internal", "network", "unforeseen", "constructor", "toString"]) {
      expect(sentence(code), code).toMatch(/^[A-Z][^_{}`]*[.]$/);
    }
    expect(sentence("unforeseen")).toBe(common.unforeseen);
    expect(sentence("constructor")).toBe(common.unforeseen);
  });

  it("has a sentence for each of the server's codes that people can meet", () => {
    const codes = [...source("foundation/errors.rs").matchAll(/Code::\w+ => "([a-z_]+)"/g)].map(([, code]) => code);
    // These say that the client itself has asked for what is not there.
    const ours = ["malformed", "method_not_allowed", "unmatched_topic", "unknown_event", "unsupported_type"];
    expect(Object.keys(common.refusals).sort()).toEqual(
      [...codes.filter((code) => !ours.includes(code as string)), "network"].sort(),
    );
  });

  it("says what must be true of a value, and nothing of how it was read", () => {
    expect(rule("must not be blank")).toBe(common.rules.blank);
    expect(rule("must be at most 80 characters")).toBe("At most 80 characters.");
    expect(rule("must be between 1 and 80 characters")).toBe("At most 80 characters.");
    expect(rule("must have at least 8 characters")).toBe("At least 8 characters.");
    expect(rule("must be an e-mail address such as ana@example.org")).toBe(common.rules.email);
    expect(rule("premature end of input")).toBe(common.rules.other);
    expect(rule('invalid type: string "a", expected i32')).toBe(common.rules.other);
  });
});
