// The proofs that this device was signed in to an account before, by e-mail address. With its proof, a sign-in is not held
// up by wrong passwords that others send from the same network, such as a venue's. They outlive a sign-out, and sign
// nobody in. A few are kept, the one used last first.

import { local } from "./storage";

const KEY = "podium.devices";

/** How many accounts one device remembers. */
const MOST = 8;

export type Proofs = readonly (readonly [email: string, proof: string])[];

function same(email: string): string {
  return email.trim().toLowerCase();
}

/** The proofs with this one in front. */
export function withProof(proofs: Proofs, email: string, proof: string): Proofs {
  const others = proofs.filter(([of]) => of !== same(email));
  return [[same(email), proof] as const, ...others].slice(0, MOST);
}

/** What was kept, or nothing where it is not what this program keeps. */
export function readProofs(text: string | null): Proofs {
  try {
    const kept: unknown = JSON.parse(text ?? "[]");
    const isProof = (item: unknown): item is [string, string] =>
      Array.isArray(item) && item.length === 2 && item.every((part) => typeof part === "string");
    return Array.isArray(kept) ? kept.filter(isProof) : [];
  } catch {
    return [];
  }
}

/** Keeps the proof for an account. */
export function keepProof(email: string, proof: string): void {
  local.set(KEY, JSON.stringify(withProof(readProofs(local.get(KEY)), email, proof)));
}

/** The proof for an account, if this device has one. */
export function proofOf(email: string): string | undefined {
  return readProofs(local.get(KEY)).find(([of]) => of === same(email))?.[1];
}
