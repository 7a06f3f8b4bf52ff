// What an event's topic tells, as a value: its open pods, and how many people there are.

import type { Id, Page, PodView } from "./types";

export interface Wall {
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
export function answered({ pods, next, members, present }: EventReply): Wall {
  return { pods: [...pods].sort(newest), next, members, present, closed: new Set() };
}

/** A pod was opened, or is not what it was. */
export function told(wall: Wall, pod: PodView): Wall {
  return { ...wall, pods: [...wall.pods.filter(({ id }) => id !== pod.id), pod].sort(newest) };
}

export function closed(wall: Wall, pod_id: Id): Wall {
  const pods = wall.pods.filter(({ id }) => id !== pod_id);
  return { ...wall, pods, closed: new Set([...wall.closed, pod_id]) };
}

/** A page of older ones. What was told of a pod meanwhile is newer than the page. */
export function older(wall: Wall, { items, next }: Page<PodView>): Wall {
  const held = new Set(wall.pods.map(({ id }) => id));
  const added = items.filter(({ id }) => !held.has(id) && !wall.closed.has(id));
  return { ...wall, pods: [...wall.pods, ...added].sort(newest), next };
}

function newest(a: PodView, b: PodView): number {
  return b.created_at.localeCompare(a.created_at) || b.id.localeCompare(a.id);
}
