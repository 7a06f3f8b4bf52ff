// An event's open pods, as far as they are known. Pure.

import { mergePages, type Page } from "../../../lib/pages";
import type { PodView } from "../../../generated/openapi";
import type { Id } from "../../../lib/id";
import type { Get, Part } from "./part";

export interface OpenPods {
  /** Those that are known, the newest first. */
  pods: PodView[];
  /** Where the older ones go on; null when there are none. */
  next: string | null;
  /** The topic has answered: what HTTP says of the newest ones is older. */
  live: boolean;
  /** Pods that were closed since: a page that was read before may still have them. */
  closed: ReadonlySet<Id>;
}

const PAGE = 100;

export const openPods: Part<OpenPods> = {
  name: "pods",
  empty: { pods: [], next: null, live: false, closed: new Set() },
  joined: ({ pods, next }) => ({ pods: [...pods].sort(newest), next, live: true, closed: new Set() }),
  on: {
    "pod:opened": (kept, { pod }) => podChanged(kept, pod),
    "pod:changed": (kept, { pod }) => podChanged(kept, pod),
    "pod:closed": (kept, { pod_id }) => podClosed(kept, pod_id),
  },
  read: async (event, get) => {
    const page = await podPage(event, null, get);
    return (kept) => listed(kept, page);
  },
  memory: ({ pods }) => ({ ...openPods.empty, pods: pods.slice(0, PAGE) }),
};

export function podPage(event: Id, cursor: string | null, get: Get): Promise<Page<PodView>> {
  const query = new URLSearchParams({ order: "newest", limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
  return get<Page<PodView>>(`/v1/events/${event}/pods?${query}`);
}

/** The newest ones over HTTP, which stand in for the topic until it has answered. */
export function listed(kept: OpenPods, { items, next }: Page<PodView>): OpenPods {
  return kept.live ? kept : { ...kept, pods: items, next };
}

/** A pod was opened, or is not what it was. */
export function podChanged(kept: OpenPods, pod: PodView): OpenPods {
  return { ...kept, pods: [...kept.pods.filter(({ id }) => id !== pod.id), pod].sort(newest) };
}

export function podClosed(kept: OpenPods, pod_id: Id): OpenPods {
  const pods = kept.pods.filter(({ id }) => id !== pod_id);
  return { ...kept, pods, closed: new Set([...kept.closed, pod_id]) };
}

/** The page of older ones behind `cursor`. What was heard of a pod meanwhile is newer than the page. */
export function older(kept: OpenPods, cursor: string, { items, next }: Page<PodView>): OpenPods {
  // The topic may have begun anew meanwhile, and another page follows then.
  if (kept.next !== cursor) return kept;
  if (!kept.live) return { ...kept, pods: mergePages(kept.pods, items, ({ id }) => id), next };
  const held = new Set(kept.pods.map(({ id }) => id));
  const added = items.filter(({ id }) => !held.has(id) && !kept.closed.has(id));
  return { ...kept, pods: [...kept.pods, ...added].sort(newest), next };
}

function newest(a: PodView, b: PodView): number {
  return b.created_at.localeCompare(a.created_at) || b.id.localeCompare(a.id);
}
