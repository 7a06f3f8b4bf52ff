import { describe, expect, it } from "vitest";
import { dayName, listTime } from "../../src/lib/time";

describe("times of the reader's own", () => {
  it("turn over at midnight, and tell another year", () => {
    const local = (year: number, month: number, day: number, hour = 12): Date => new Date(year, month - 1, day, hour);
    const said = local(2027, 3, 3, 23).toISOString();
    expect(dayName(said, local(2027, 3, 3, 23).getTime())).toBe("Today");
    expect(dayName(said, local(2027, 3, 4, 0).getTime())).toBe("Yesterday");
    expect(dayName(said, local(2027, 3, 6).getTime())).toBe("Wednesday");
    expect(dayName(said, local(2027, 4, 6).getTime())).toMatch(/Mar/);
    expect(dayName(said, local(2027, 4, 6).getTime())).not.toContain("2027");
    expect(dayName(said, local(2028, 3, 3).getTime())).toContain("2027");
    expect(listTime(said, local(2028, 3, 3).getTime())).toContain("27");
  });
});
