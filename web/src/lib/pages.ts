/** A page of a list. */
export interface Page<T> {
  items: T[];
  /** Where the next one begins; null when there is none. */
  next: string | null;
}

/**
 * Joins a page of a list to what is held of it, by what `key` says an item is. What is held already stands where it
 * stood, in its newest form, and what is new comes after it: an item that moved between two pages, or that comes twice
 * in one, is there once. Neither array is changed.
 */
export function mergePages<T>(held: readonly T[], page: readonly T[], key: (item: T) => string): T[] {
  const merged = new Map<string, T>();
  // A map keeps a key where it was first put, whatever is put there later.
  for (const item of held) merged.set(key(item), item);
  for (const item of page) merged.set(key(item), item);
  return [...merged.values()];
}
