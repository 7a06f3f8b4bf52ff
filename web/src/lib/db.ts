// What this device keeps of a person: what is still to be sent, and the newest part of what was read, so that both are
// there after a reload, a killed tab, and without a network.

import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Entry, Kept } from "../features/pods/conversation/state";
import { hold } from "./leaving";
import { local } from "./storage";
import type { Id } from "./id";

interface Store extends DBSchema {
  outbox: { key: Id; value: Entry & { pod_id: Id; place: number }; indexes: { pod: [Id, number] } };
  pods: { key: Id; value: Kept };
  /** By name: lists that were read, and whatever else a feature keeps under a name of its own. */
  lists: { key: string; value: unknown };
}

type Db = IDBPDatabase<Store>;

/** What the names begin with under which something is kept that is to be done, besides the conversations' own. */
export const WISHES = "wish/";

/** What the names begin with under which something is kept that was read, and can be read again. */
export const READ = "read/";

/** How often a thing is tried, and how long one waits before each, in milliseconds. */
const WAITS = [0, 50, 400];

/** How long a database may take to open: some browsers never say. */
const PATIENCE = 3_000;

/** When what did not come through is tried again, in milliseconds. */
const AGAIN = 5_000;

let opened: { user: Id; db: Promise<Db> } | null = null;

/** Whose things are gone from this device: what is still under way must not bring them back. */
let forgotten: Id | null = null;

/** This person has signed in. */
export function admit(user: Id): void {
  if (forgotten === user) forgotten = null;
  remember(pending().filter((one) => one !== user));
}

function open(user: Id): Promise<Db> {
  if (user === forgotten) return Promise.reject(new Error("signed out"));
  if (opened?.user === user) return opened.db;
  const mine = { user, db: opening(user, () => lose(mine.db)) };
  opened = mine;
  // Then the next call asks again.
  mine.db.catch(() => lose(mine.db));
  return mine.db;
}

async function opening(user: Id, lost: () => void): Promise<Db> {
  const request = openDB<Store>(`podium-${user}`, 1, {
    upgrade(db) {
      db.createObjectStore("outbox", { keyPath: "op" }).createIndex("pod", ["pod_id", "place"]);
      db.createObjectStore("pods");
      db.createObjectStore("lists");
    },
    blocking: (_old, _new, event) => {
      (event.target as IDBDatabase).close();
      lost();
    },
    // The browser has ended the connection: iOS does when memory is short.
    terminated: lost,
  });
  return soon(request, (db) => db.close());
}

/** What is asked for, if it comes soon; what comes late is given to `late`. */
function soon<T>(request: Promise<T>, late?: (value: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false;
    const timer = setTimeout(() => {
      over = true;
      reject(new Error("the device's database does not answer"));
    }, PATIENCE);
    request.then(
      (value) => (over ? late?.(value) : resolve(value)),
      (error: unknown) => reject(error instanceof Error ? error : new Error(String(error))),
    );
    void request.catch(() => undefined).then(() => clearTimeout(timer));
  });
}

/** Takes a new connection the next time. */
function lose(db: Promise<Db>): void {
  if (opened?.db === db) opened = null;
}

/**
 * Does work with what this device keeps of a person. A connection that is dead, and a transaction that was aborted, are
 * met with a new one; work that is done twice must do no harm.
 */
async function using<T>(user: Id, work: (db: Db) => Promise<T>): Promise<T> {
  let failure: unknown;
  for (const wait of WAITS) {
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    const db = open(user);
    // What does not open at all is for later.
    const connection = await db;
    try {
      return await work(connection);
    } catch (error) {
      failure = error;
      lose(db);
      // What others wait for on the old connection still comes through.
      connection.close();
      if ((error as Partial<DOMException> | null)?.name === "QuotaExceededError") await makeRoom(user);
    }
  }
  throw failure;
}

/** What was only read can be read again; what is unsent cannot. */
async function makeRoom(user: Id): Promise<void> {
  // Then there is no room, which the next try says.
  await open(user)
    .then((db) => Promise.all([db.clear("pods"), db.delete("lists", named(READ))]))
    .catch(() => undefined);
}

/** Something that is to be written about one key; the newest wish counts. */
interface Write {
  user: Id;
  run: (db: Db) => Promise<unknown>;
  report: ((kept: boolean) => void) | undefined;
  busy: boolean;
}

const writes = new Map<string, Write>();
let later: ReturnType<typeof setTimeout> | undefined;

/** Writes until it is done. `report` is called each time with whether it is. */
function write(user: Id, key: string, run: Write["run"], report?: Write["report"]): void {
  const held = writes.get(key);
  if (held) Object.assign(held, { user, run, report: report ?? held.report });
  else writes.set(key, { user, run, report, busy: false });
  void attempt(key);
}

async function attempt(key: string): Promise<void> {
  const held = writes.get(key);
  if (!held || held.busy) return;
  held.busy = true;
  const { run, user } = held;
  let done = true;
  try {
    await using(user, run);
  } catch {
    done = false;
  }
  held.busy = false;
  // Signed out: nothing is kept any more.
  if (user === forgotten) return void writes.delete(key);
  if (held.run !== run) return attempt(key);
  if (done) writes.delete(key);
  else later ??= setTimeout(tryAgain, AGAIN);
  held.report?.(done);
}

function tryAgain(): void {
  clearTimeout(later);
  later = undefined;
  for (const key of writes.keys()) void attempt(key);
}

let last = 0;
/** Where each entry stands that this tab has to do with: keeping it late does not change its turn. */
const places = new Map<Id, number>();

function placeOf(op: Id): number {
  // Ascending within this device, also within one millisecond.
  const place = places.get(op) ?? (last = Math.max(last + 0.001, Date.now()));
  places.set(op, place);
  return place;
}

/** Keeps something that is to be done until `unkeepEntry`. `report` is called with whether it would survive the tab. */
export function keepEntry(user: Id, pod_id: Id, entry: Entry, report: (kept: boolean) => void): void {
  const place = placeOf(entry.op);
  write(user, entry.op, (db) => db.put("outbox", { ...bare(entry), pod_id, place }), report);
}

/** Changes what is kept of an entry, and leaves its place. */
export function markEntry(user: Id, pod_id: Id, entry: Entry): void {
  write(user, entry.op, async (db) => {
    const tx = db.transaction("outbox", "readwrite");
    const place = (await tx.store.get(entry.op))?.place ?? placeOf(entry.op);
    await tx.store.put({ ...bare(entry), pod_id, place });
    await tx.done;
  });
}

/** It is done, or given up. */
export function unkeepEntry(user: Id, op: Id): void {
  places.delete(op);
  write(user, op, (db) => db.delete("outbox", op));
}

/** An entry as it is kept: that it was not is nothing to keep. */
function bare({ alone: _, ...entry }: Entry): Entry {
  return entry;
}

/** What is to be done in a pod, in order. */
export async function entriesOf(user: Id, pod_id: Id): Promise<Entry[]> {
  const range = IDBKeyRange.bound([pod_id, 0], [pod_id, Infinity]);
  const kept = await using(user, (db) => db.getAllFromIndex("outbox", "pod", range));
  return kept.map(({ pod_id: _pod, place: _place, ...entry }) => entry);
}

/** The pods in which something is to be done. */
export async function waitingPods(user: Id): Promise<Id[]> {
  const all = await using(user, (db) => db.getAll("outbox"));
  return [...new Set(all.filter(({ failed }) => !failed).map(({ pod_id }) => pod_id))];
}

/** Whether something that was wanted is not done: it is to be sent, or was refused and not given up. */
export async function hasUnsent(user: Id): Promise<boolean> {
  const counts = using(user, (db) => Promise.all([db.count("outbox"), db.count("lists", named(WISHES))]));
  return (await counts).some((count) => count > 0);
}

export async function keptPod(user: Id, pod_id: Id): Promise<Kept | undefined> {
  return using(user, (db) => db.get("pods", pod_id));
}

/** Keeps the newest part of a conversation. The server has it all: where this fails, nothing is lost. */
export function keepPod(user: Id, pod_id: Id, kept: Kept): void {
  void using(user, (db) => db.put("pods", kept, pod_id)).catch(() => undefined);
}

/** A pod that one has left: nothing of it stays here. */
export function forgetPod(user: Id, pod_id: Id): void {
  write(user, `left ${pod_id}`, async (db) => {
    const tx = db.transaction(["pods", "outbox"], "readwrite");
    await tx.objectStore("pods").delete(pod_id);
    const range = IDBKeyRange.bound([pod_id, 0], [pod_id, Infinity]);
    const outbox = tx.objectStore("outbox");
    for (const op of await outbox.index("pod").getAllKeys(range)) await outbox.delete(op);
    await tx.done;
  });
}

/** A list as it was shown last. */
export async function keptList<T>(user: Id, name: string): Promise<T | undefined> {
  return (await using(user, (db) => db.get("lists", name))) as T | undefined;
}

/** Keeps a list. The server has it: where this fails, nothing is lost. */
export function keepList(user: Id, name: string, list: unknown): void {
  void using(user, (db) => db.put("lists", list, name)).catch(() => undefined);
}

/** Keeps something under a name until `unkeepNamed`. `report` is called with whether it would survive the tab. */
export function keepNamed(user: Id, name: string, value: unknown, report?: (kept: boolean) => void): void {
  write(user, name, (db) => db.put("lists", value, name), report);
}

export function unkeepNamed(user: Id, name: string): void {
  write(user, name, (db) => db.delete("lists", name));
}

/** Changes what is kept under a name in one step, whatever other tabs do meanwhile. Returns what it is then. */
export async function changeNamed<T>(user: Id, name: string, how: (held: T | undefined) => T): Promise<T> {
  return using(user, async (db) => {
    const tx = db.transaction("lists", "readwrite");
    const value = how((await tx.store.get(name)) as T | undefined);
    await tx.store.put(value, name);
    await tx.done;
    return value;
  });
}

/** What is kept under names that begin so, by name. */
export async function allNamed<T>(user: Id, prefix: string): Promise<[name: string, value: T][]> {
  const range = named(prefix);
  const [names, values] = await using(user, (db) =>
    Promise.all([db.getAllKeys("lists", range), db.getAll("lists", range)]),
  );
  return names.map((name, place) => [name, values[place] as T]);
}

function named(prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(prefix, `${prefix}\uffff`);
}

const PENDING = "podium.forget";

/** Those whose things could not be removed yet. */
function pending(): Id[] {
  return (local.get(PENDING) ?? "").split(" ").filter((user) => user !== "");
}

function remember(users: Id[]): void {
  if (users.length === 0) local.remove(PENDING);
  else local.set(PENDING, users.join(" "));
}

/** Removes everything that this device keeps of a person. False when it could not; it is tried again the next time. */
export async function forgetDevice(user: Id): Promise<boolean> {
  forgotten = user;
  for (const key of local.keys(draftKey(user, ""))) {
    local.remove(key);
    hold(key, false);
  }
  remember([...pending().filter((one) => one !== user), user]);
  const db = opened?.db;
  opened = null;
  try {
    // What never opened needs no closing.
    await db?.then((db) => db.close()).catch(() => undefined);
    await soon(deleteDB(`podium-${user}`));
  } catch {
    return false;
  }
  remember(pending().filter((one) => one !== user));
  return true;
}

/** Removes what could not be removed when those people signed out. */
export async function forgetPending(signedIn: Id | null): Promise<void> {
  for (const user of pending()) {
    if (user === signedIn) continue;
    // If it is in vain once more, it stays to be done.
    await soon(deleteDB(`podium-${user}`)).then(
      () => remember(pending().filter((one) => one !== user)),
      () => undefined,
    );
  }
}

function draftKey(user: Id, pod: Id): string {
  return `podium.draft.${user}.${pod}`;
}

/**
 * What is being typed, by the pod, or by another name of what it belongs to. Written at each key, so it is where writing is
 * immediate.
 */
export const drafts = {
  get: (user: Id, pod: Id): string => local.get(draftKey(user, pod)) ?? "",
  /** What begins so, of which there is something. */
  names: (user: Id, begin: string): string[] =>
    local.keys(draftKey(user, begin)).map((key) => key.slice(draftKey(user, "").length)),
  set: (user: Id, pod: Id, text: string): void => {
    const key = draftKey(user, pod);
    let kept = true;
    if (text === "") local.remove(key);
    else kept = local.set(key, text);
    // Then the browser asks before the words go.
    hold(key, !kept);
  },
};
