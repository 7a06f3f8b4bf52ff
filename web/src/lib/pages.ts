// Lists that come in pages, while what is in them moves.

/** What is held and a further page as one list, each thing once: what moved from one page to the other between the two
 * readings is in both. The newer form takes the place of the older one, and what is new comes at the end. */
export function mergePages<T>(held: T[], page: T[], key: (item: T) => string): T[] {
  const merged = new Map(held.map((item) => [key(item), item]));
  for (const item of page) merged.set(key(item), item);
  return [...merged.values()];
}
