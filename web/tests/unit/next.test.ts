import { describe, expect, it } from "vitest";
import { leadingTo, within } from "../../src/lib/within";

const HERE = "https://podium.example";

describe("where one is led after signing in", () => {
  it("keeps query and all", () => {
    expect(within("/events?q=paper%20lanterns&x=1#top", HERE)).toBe("/events?q=paper%20lanterns&x=1#top");
    const asked = new URL(leadingTo("/signin", "/events?q=a&b=c#d"), HERE).searchParams.get("next");
    expect(within(asked, HERE)).toBe("/events?q=a&b=c#d");
  });

  it("is never elsewhere", () => {
    const elsewhere = [
      "//evil.example",
      "/\\evil.example",
      "\\\\evil.example",
      "/\t/evil.example",
      "/\n/evil.example/events",
      "///evil.example",
      "/.//evil.example",
      "/..//evil.example/events",
      "https://evil.example/events",
      "https:evil.example",
      "javascript:alert(1)",
      "data:text/html,x",
      "events",
      "",
      null,
      "/v1/me",
      "/nothing",
    ];
    for (const wanted of elsewhere) expect(within(wanted, HERE), String(wanted)).toBeNull();
  });

  it("is not the door again", () => {
    expect(within("/signin?next=%2Fsignin", HERE)).toBeNull();
    expect(within("/signup/", HERE)).toBeNull();
  });
});
