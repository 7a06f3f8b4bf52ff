import { expect, test } from "vitest";

import { keepProof, proofs, readProofs, withProof } from "../../src/lib/devices";

test("a device keeps a few proofs, the newest first", () => {
  let kept = withProof(withProof(withProof([], "one"), "two"), "one");
  expect(kept).toEqual(["one", "two"]);
  for (let number = 0; number < 20; number++) kept = withProof(kept, `${number}`);
  expect(kept).toHaveLength(8);
  expect(kept[0]).toBe("19");
});

test("what another program left there is nothing", () => {
  for (const text of [null, "", "{", "7", '{"a":1}', "[[1,2],null]"]) expect(readProofs(text)).toEqual([]);
});

test("what is kept is found again", () => {
  keepProof("three");
  expect(proofs()).toEqual(["three"]);
});
