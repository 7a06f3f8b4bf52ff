import { describe, expect, it } from "vitest";
import { momentAt } from "../../src/features/events/moment";
import { queryOf, tabOf } from "../../src/features/events/tab-address";

describe("what matters at an event", () => {
  const at = Date.parse;
  const event = { date_utc: "2031-06-10T01:00:00Z", ends_at: "2031-06-10T04:00:00Z", cancelled_at: null };
  const there = { ...event, time_zone: "America/New_York" };

  it("goes by the day of the place", () => {
    expect(momentAt(there, at("2031-06-09T03:59:00Z"))).toBe("before");
    expect(momentAt(there, at("2031-06-09T04:00:00Z"))).toBe("today");
    expect(momentAt({ ...event, time_zone: null }, at("2031-06-09T04:00:00Z"))).toBe("before");
    expect(momentAt(there, at("2031-06-10T01:00:00Z"))).toBe("on");
    expect(momentAt(there, at("2031-06-10T04:00:00Z"))).toBe("over");
  });

  it("is nothing where it was called off, until it is over", () => {
    const off = { ...there, cancelled_at: "2031-06-01T00:00:00Z" };
    expect(momentAt(off, at("2031-06-10T02:00:00Z"))).toBe("off");
    expect(momentAt(off, at("2031-06-11T02:00:00Z"))).toBe("over");
  });
});

describe("a tab's address", () => {
  const tabs = [{ id: "now" }, { id: "crew" }];

  it("names one that is there, or the first", () => {
    expect(tabOf("?tab=crew", tabs)?.id).toBe("crew");
    for (const query of ["", "?tab=nothing", "?tab="]) expect(tabOf(query, tabs)?.id, query).toBe("now");
    expect(tabOf("?tab=crew", [])).toBeUndefined();
  });

  it("leaves the rest of the query as it is", () => {
    expect(queryOf("?from=a%26b", "crew")).toBe("?from=a%26b&tab=crew");
    expect(queryOf("?tab=crew&from=x", null)).toBe("?from=x");
    expect(queryOf("?tab=crew", null)).toBe("");
  });
});
