// What this device keeps of a person: what is still to be sent, and the newest part of what was read, so that both are
// there after a reload, a killed tab, and without a network.

import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Entry, Kept } from "./conversation/state";
import type { Id } from "./types";

interface Store extends DBSchema {
  outbox: { key: Id; value: Entry & { pod_id: Id; place: number }; indexes: { pod: [Id, number] } };
  pods: { key: Id; value: Kept };
  lists: { key: string; value: unknown };
}

let opened: { user: Id; db: Promise<IDBPDatabase<Store>> } | null = null;

/** Whose things are gone from this device: what is still under way must not bring them back. */
let forgotten: Id | null = null;

/** This person has signed in. */
export function admit(user: Id): void {
  if (forgotten === user) forgotten = null;
}

function open(user: Id): Promise<IDBPDatabase<Store>> {
  if (user === forgotten) return Promise.reject(new Error("signed out"));
  if (opened?.user === user) return opened.db;
  const db = openDB<Store>(`podium-${user}`, 1, {
    upgrade(db) {
      db.createObjectStore("outbox", { keyPath: "op" }).createIndex("pod", ["pod_id", "place"]);
      db.createObjectStore("pods");
      db.createObjectStore("lists");
    },
    blocking: (_old, _new, event) => {
      (event.target as IDBDatabase).close();
      opened = null;
    },
  });
  opened = { user, db };
  // Private windows of some browsers refuse; then the next call asks again.
  db.catch(() => (opened = null));
  return db;
}

let last = 0;

/** Keeps something that is to be done until `unkeep`. Resolves when it would survive the tab. */
export async function keepEntry(user: Id, pod_id: Id, entry: Entry): Promise<void> {
  // Ascending within this device, also within one millisecond.
  const place = (last = Math.max(last + 0.001, Date.now()));
  await (await open(user)).put("outbox", { ...entry, pod_id, place });
}

/** Changes what is kept of an entry, and leaves its place. */
export async function markEntry(user: Id, entry: Entry): Promise<void> {
  const tx = (await open(user)).transaction("outbox", "readwrite");
  const kept = await tx.store.get(entry.op);
  if (kept) {
    const { failed: _, ...rest } = kept;
    await tx.store.put({ ...rest, ...entry });
  }
  await tx.done;
}

export async function unkeepEntry(user: Id, op: Id): Promise<void> {
  await (await open(user)).delete("outbox", op);
}

/** What is to be done in a pod, in order. */
export async function entriesOf(user: Id, pod_id: Id): Promise<Entry[]> {
  const range = IDBKeyRange.bound([pod_id, 0], [pod_id, Infinity]);
  const kept = await (await open(user)).getAllFromIndex("outbox", "pod", range);
  return kept.map(({ pod_id: _pod, place: _place, ...entry }) => entry);
}

/** The pods in which something is to be done. */
export async function waitingPods(user: Id): Promise<Id[]> {
  const all = await (await open(user)).getAll("outbox");
  return [...new Set(all.filter(({ failed }) => !failed).map(({ pod_id }) => pod_id))];
}

export async function keptPod(user: Id, pod_id: Id): Promise<Kept | undefined> {
  return (await open(user)).get("pods", pod_id);
}

export async function keepPod(user: Id, pod_id: Id, kept: Kept): Promise<void> {
  await (await open(user)).put("pods", kept, pod_id);
}

/** A pod that one has left: nothing of it stays here. */
export async function forgetPod(user: Id, pod_id: Id): Promise<void> {
  const db = await open(user);
  await db.delete("pods", pod_id);
  for (const { op } of await entriesOf(user, pod_id)) await db.delete("outbox", op);
}

/** A list as it was shown last. */
export async function keptList<T>(user: Id, name: string): Promise<T | undefined> {
  return (await (await open(user)).get("lists", name)) as T | undefined;
}

export async function keepList(user: Id, name: string, list: unknown): Promise<void> {
  await (await open(user)).put("lists", list, name);
}

/** Removes everything that this device keeps of a person. */
export async function forgetDevice(user: Id): Promise<void> {
  forgotten = user;
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(`podium.draft.${user}.`)) localStorage.removeItem(key);
  }
  await opened?.db.then((db) => db.close()).catch(() => undefined);
  opened = null;
  await deleteDB(`podium-${user}`).catch(() => undefined);
}

/** What is being typed in a pod. Written at each key, so it is where writing is immediate. */
export const drafts = {
  get: (user: Id, pod: Id): string => localStorage.getItem(`podium.draft.${user}.${pod}`) ?? "",
  set: (user: Id, pod: Id, text: string): void => {
    const key = `podium.draft.${user}.${pod}`;
    if (text === "") localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  },
};
