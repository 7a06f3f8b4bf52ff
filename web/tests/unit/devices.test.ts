import { expect, test } from "vitest";

import { keepProof, proofOf, readProofs, withProof } from "../../src/lib/devices";

test("a device keeps the newest proof of each account, and of a few", () => {
  let proofs = withProof([], "Ana@Example.org ", "one");
  proofs = withProof(proofs, "ana@example.org", "two");
  expect(proofs).toEqual([["ana@example.org", "two"]]);
  for (let number = 0; number < 20; number++) proofs = withProof(proofs, `${number}@example.org`, "x");
  expect(proofs.length).toBe(8);
  expect(proofs[0]?.[0]).toBe("19@example.org");
});

test("what another program left there is nothing", () => {
  for (const text of [null, "", "{", "7", '{"a":1}', "[[1,2],null]"]) expect(readProofs(text)).toEqual([]);
});

test("a proof is found by the address, however it is written", () => {
  keepProof("Ben@example.org", "three");
  expect(proofOf(" ben@EXAMPLE.org")).toBe("three");
  expect(proofOf("eve@example.org")).toBe(undefined);
});
