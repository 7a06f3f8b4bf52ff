// How an event's tab is named in the address: `?tab=crew`. The first one needs no name. Pure.

/** The tab that a query names; the first one where it names none that is there. */
export function tabOf<Tab extends { id: string }>(query: string, tabs: readonly Tab[]): Tab | undefined {
  const wanted = new URLSearchParams(query).get("tab");
  return tabs.find(({ id }) => id === wanted) ?? tabs[0];
}

/** The same query, with another tab; null is the first one. */
export function queryOf(query: string, tab: string | null): string {
  const params = new URLSearchParams(query);
  if (tab === null) params.delete("tab");
  else params.set("tab", tab);
  return `?${params}`.replace(/^\?$/, "");
}
