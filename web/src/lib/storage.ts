// Small things that are written at once and read at once: the session, drafts, the theme. A browser may have no storage
// for this site, may refuse each call, or may be full; then this tab remembers them, and the caller learns of it.

export class Drawer {
  /** What the browser did not take; `null` for what it would not remove. */
  #memory = new Map<string, string | null>();

  /** `area` may throw, where a site may not even look at its storage. */
  constructor(readonly area: () => Storage | null | undefined) {}

  get(key: string): string | null {
    const remembered = this.#memory.get(key);
    if (remembered !== undefined) return remembered;
    return this.#try((storage) => storage.getItem(key)) ?? null;
  }

  /** Keeps a value. False when this tab alone has it, which a reload ends. */
  set(key: string, value: string): boolean {
    const put = (storage: Storage): true => {
      storage.setItem(key, value);
      return true;
    };
    // The old value may take the room that the new one needs. If neither fits, the old one must not come back.
    const kept = this.#try(put) ?? (this.#drop(key) ? this.#try(put) : undefined) ?? false;
    if (kept) this.#memory.delete(key);
    else this.#memory.set(key, value);
    return kept;
  }

  remove(key: string): void {
    if (this.#drop(key)) this.#memory.delete(key);
    else this.#memory.set(key, null);
  }

  /** The keys that begin so. */
  keys(prefix: string): string[] {
    const stored = this.#try((storage) => Object.keys(storage)) ?? [];
    const all = new Set([...stored, ...this.#memory.keys()]);
    return [...all].filter((key) => key.startsWith(prefix) && this.get(key) !== null);
  }

  /** Another tab has changed this: what it wrote is newer than what this one remembers. */
  changed(key: string | null): void {
    if (key === null) this.#memory.clear();
    else this.#memory.delete(key);
  }

  #drop(key: string): boolean {
    return (
      this.#try((storage) => {
        storage.removeItem(key);
        return true;
      }) ?? false
    );
  }

  #try<T>(use: (storage: Storage) => T): T | undefined {
    try {
      const storage = this.area();
      return storage ? use(storage) : undefined;
    } catch {
      // Every way in which a browser refuses means the same here: it keeps nothing.
      return undefined;
    }
  }
}

/** Shared by all tabs, and there until it is removed. */
export const local = new Drawer(() => globalThis.localStorage);

/** This tab's own, and there until the tab is closed. */
export const tab = new Drawer(() => globalThis.sessionStorage);

globalThis.addEventListener?.("storage", ({ key }) => local.changed(key));
