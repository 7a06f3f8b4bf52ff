import { describe, expect, it } from "vitest";
import { parse, tidy } from "../../src/lib/addresses";
import { fullTitle } from "../../src/lib/title.svelte";

describe("addresses", () => {
  it("are the same with a slash at the end", () => {
    expect(parse("/events/")).toEqual({ page: "events" });
    expect(parse("/events/some-show/")).toEqual({ page: "event", id: "some-show" });
    expect(parse("/")).toEqual({ page: "inbox" });
    expect(tidy("/me/")).toBe("/me");
  });

  it("are forgiven what came along when they were pasted", () => {
    for (const trail of [".", ")", ",", "”", "'", ").", "…", "。", "»", "%22", "%E2%80%9D", "*", "/"]) {
      expect(parse(`/i/AbC123${trail}`), trail).toEqual({ page: "invite", code: "AbC123" });
      expect(parse(`/events/some-show${trail}`), trail).toEqual({ page: "event", id: "some-show" });
      expect(tidy(`/events/some-show${trail}`), trail).toBe("/events/some-show");
    }
    expect(parse("/me.")).toEqual({ page: "me" });
  });

  it("never throw, whatever stands there", () => {
    for (const path of ["/events/%", "/i/%E0%A4%A", "/pods/%zz", "/%", "//evil.example", "/...", "/events/%2F..%2F"]) {
      expect(() => parse(path), path).not.toThrow();
      expect(() => tidy(path), path).not.toThrow();
    }
    expect(parse("//evil.example")).toEqual({ page: "nowhere" });
    expect(parse("/events/a/b")).toEqual({ page: "nowhere" });
    expect(parse("/constructor")).toEqual({ page: "nowhere" });
  });

  it("keep letters of every script", () => {
    expect(parse("/events/%E6%9D%B1%E4%BA%AC")).toEqual({ page: "event", id: "東京" });
    expect(tidy("/events/%E6%9D%B1%E4%BA%AC")).toBe("/events/%E6%9D%B1%E4%BA%AC");
  });
});

describe("titles", () => {
  it("begin with what is unread", () => {
    expect(fullTitle(3, "Front left")).toBe("(3) Front left · Podium");
    expect(fullTitle(0, "Events")).toBe("Events · Podium");
  });
});
