// One tab at a time: under the browser's own locks where there are some, else by a lease that all tabs can see.

import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { newId } from "./id";

interface Leases extends DBSchema {
  leases: { key: string; value: { owner: string; until: number } };
}

/** How long one waits for another tab, which may be frozen; and how long a lease holds without a word, in milliseconds. */
const PATIENCE = 30_000;

/** How often one looks whether a lease is free. */
const LOOK = 100;

/** Does the work while no other tab does work of this name. */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  // Secure contexts alone have it.
  const locks = (navigator as Partial<Navigator>).locks;
  if (!locks) return withLease(name, work);
  let begun = false;
  const begin = (): Promise<T> => {
    begun = true;
    return work();
  };
  try {
    return await locks.request(name, { signal: AbortSignal.timeout(PATIENCE) }, begin);
  } catch (error) {
    if (begun) throw error;
    // Nobody gives it away, or the browser has it and may not use it here.
    return withLease(name, work);
  }
}

/** Takes the lease, which is in a database because a transaction there is one step for all tabs. */
async function withLease<T>(name: string, work: () => Promise<T>): Promise<T> {
  const owner = newId();
  let db: IDBPDatabase<Leases> | undefined;
  try {
    db = await openDB<Leases>("podium-leases", 1, { upgrade: (db) => void db.createObjectStore("leases") });
    while (!(await take(db, name, owner))) await new Promise((done) => setTimeout(done, LOOK * (0.5 + Math.random())));
  } catch {
    // A browser without any of it. The server forgives two tabs that come at the same moment.
  }
  try {
    return await work();
  } finally {
    if (db) await give(db, name, owner).catch(() => undefined); // It runs out by itself.
    db?.close();
  }
}

async function take(db: IDBPDatabase<Leases>, name: string, owner: string): Promise<boolean> {
  const tx = db.transaction("leases", "readwrite");
  const held = await tx.store.get(name);
  const now = Date.now();
  // One that lies further ahead than any could be was made under another clock.
  const free = !held || held.until < now || held.until > now + 2 * PATIENCE;
  if (free) await tx.store.put({ owner, until: now + PATIENCE }, name);
  await tx.done;
  return free;
}

async function give(db: IDBPDatabase<Leases>, name: string, owner: string): Promise<void> {
  const tx = db.transaction("leases", "readwrite");
  if ((await tx.store.get(name))?.owner === owner) await tx.store.delete(name);
  await tx.done;
}
