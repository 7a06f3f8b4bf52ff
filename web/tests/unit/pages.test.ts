import { describe, expect, it } from "vitest";
import { mergePages } from "../../src/lib/pages";

const item = (id: string, text = id) => ({ id, text });
const key = (held: { id: string }) => held.id;

describe("pages of a list", () => {
  it("append what is new, in the order in which it came", () => {
    expect(mergePages([item("a")], [item("c"), item("b")], key)).toEqual([item("a"), item("c"), item("b")]);
  });

  it("replace in its place what is held already, by its newest form", () => {
    expect(mergePages([item("a"), item("b")], [item("a", "new"), item("c")], key)).toEqual([
      item("a", "new"),
      item("b"),
      item("c"),
    ]);
  });

  it("hold an item once that comes twice in a page", () => {
    expect(mergePages([], [item("a", "old"), item("b"), item("a", "new")], key)).toEqual([item("a", "new"), item("b")]);
  });

  it("mend a list that already holds one twice", () => {
    expect(mergePages([item("a", "old"), item("a", "newer")], [], key)).toEqual([item("a", "newer")]);
  });

  it("leave both as they were", () => {
    const held = [item("a")];
    const page = [item("a", "new")];
    mergePages(held, page, key);
    expect([held, page]).toEqual([[item("a")], [item("a", "new")]]);
  });
});
