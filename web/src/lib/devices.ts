// The proofs that this device was signed in to an account before. With its proof, a sign-in is not held up by wrong
// passwords that others send from the same network, such as a venue's. They outlive a sign-out, sign nobody in, and do
// not show whose they are. A few are kept, the newest first.

import { local } from "./storage";

const KEY = "podium.devices";

/** How many are kept, which is how many the server looks at. */
const MOST = 8;

/** The proofs with this one in front. */
export function withProof(proofs: readonly string[], proof: string): string[] {
  return [proof, ...proofs.filter((other) => other !== proof)].slice(0, MOST);
}

/** What was kept, or nothing where it is not what this program keeps. */
export function readProofs(text: string | null): string[] {
  try {
    const kept: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(kept) ? kept.filter((proof) => typeof proof === "string") : [];
  } catch {
    return [];
  }
}

/** Keeps a proof. */
export function keepProof(proof: string): void {
  local.set(KEY, JSON.stringify(withProof(proofs(), proof)));
}

/** The proofs of this device. */
export function proofs(): string[] {
  return readProofs(local.get(KEY));
}
