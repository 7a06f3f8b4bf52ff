import { describe, expect, it } from "vitest";
import { rule, sentence } from "../../src/lib/words";

describe("what people are told", () => {
  it("is the server's reason where that is written for people", () => {
    expect(sentence("conflict", "the pod is closed")).toBe("The pod is closed.");
    expect(sentence("conflict", "this address has an account already: sign in")).toBe(
      "This address has an account already: sign in.",
    );
  });

  it("is a sentence of its own where the reason is for programs", () => {
    const technical = [
      ["malformed", "the body is not JSON: premature end of input at line 1"],
      ["unavailable", "the outcome is unknown; ask again with the same id"],
      ["internal", "the server failed; its log has the cause"],
      ["forbidden", "this origin may not use the server; PODIUM_ORIGINS names those that may"],
      ["conflict", "the id is already taken"],
      ["unforeseen", "crypto.randomUUID is not a function"],
      ["constructor", "[object Object]"],
    ] as const;
    for (const [code, reason] of technical) {
      const told = sentence(code, reason);
      expect(told, code).toMatch(/^[A-Z][^_{}`]*[.]$/);
      expect(told, code).not.toContain(reason);
    }
  });

  it("says what must be true of a value, and nothing of how it was read", () => {
    expect(rule("must not be empty")).toBe("Must not be empty.");
    expect(rule("at most 80 characters")).toBe("At most 80 characters.");
    expect(rule("premature end of input")).toBe("This is not as it should be.");
    expect(rule('invalid type: string "a", expected i32')).toBe("This is not as it should be.");
  });
});
