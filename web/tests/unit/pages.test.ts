import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergePages } from "../../src/lib/pages";

interface Item {
  id: string;
  form: number;
}

describe("pages of a list", () => {
  it("holds each thing once, in its newest form, where it first stood", () => {
    const held = [
      { id: "a", form: 1 },
      { id: "b", form: 1 },
    ];
    const page = [
      { id: "b", form: 2 },
      { id: "c", form: 1 },
    ];
    expect(mergePages(held, page, ({ id }) => id)).toEqual([
      { id: "a", form: 1 },
      { id: "b", form: 2 },
      { id: "c", form: 1 },
    ]);
  });

  it("loses nothing and doubles nothing, whatever comes", () => {
    const item = fc.record({ id: fc.constantFrom(..."abcdefgh"), form: fc.nat() });
    fc.assert(
      fc.property(fc.array(fc.array(item)), (pages) => {
        const list = pages.reduce<Item[]>((held, page) => mergePages(held, page, ({ id }) => id), []);
        const ids = list.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        const newest = new Map(pages.flat().map((item) => [item.id, item.form]));
        expect(new Map(list.map(({ id, form }) => [id, form]))).toEqual(newest);
      }),
    );
  });
});
