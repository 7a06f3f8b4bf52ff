// What an event's topic tells, as a value: its open pods, and how many people there are.

import type { Id, Page, PodView } from "../../lib/types";

export interface Feed {
  /** The open pods that are known, the newest first. */
  pods: PodView[];
  /** Where the older ones go on; null when there are none. */
  next: string | null;
  /** How many go there. */
  members: number;
  /** How many of them have the event open now. */
  present: number;
  /** Pods that were closed since the join: a page that was read before may still have them. */
  closed: ReadonlySet<Id>;
}

/** The answer to joining an event. */
export interface EventReply {
  pods: PodView[];
  next: string | null;
  members: number;
  present: number;
}

/** The whole state, whatever was known before. */
export function answered({ pods, next, members, present }: EventReply): Feed {
  return { pods: [...pods].sort(newest), next, members, present, closed: new Set() };
}

/** A pod was opened, or is not what it was. */
export function podChanged(feed: Feed, pod: PodView): Feed {
  return { ...feed, pods: [...feed.pods.filter(({ id }) => id !== pod.id), pod].sort(newest) };
}

export function podClosed(feed: Feed, pod_id: Id): Feed {
  const pods = feed.pods.filter(({ id }) => id !== pod_id);
  return { ...feed, pods, closed: new Set([...feed.closed, pod_id]) };
}

/** A page of older ones. What was told of a pod meanwhile is newer than the page. */
export function older(feed: Feed, { items, next }: Page<PodView>): Feed {
  const held = new Set(feed.pods.map(({ id }) => id));
  const added = items.filter(({ id }) => !held.has(id) && !feed.closed.has(id));
  return { ...feed, pods: [...feed.pods, ...added].sort(newest), next };
}

function newest(a: PodView, b: PodView): number {
  return b.created_at.localeCompare(a.created_at) || b.id.localeCompare(a.id);
}
