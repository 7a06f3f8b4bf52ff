// The tabs of an event's page, in their order. A feature that adds one adds a line here. A phone shows one tab at a time;
// where there is room, all of them stand in two columns.

import type { Loader } from "../../pages";
import type { EventState } from "./store/state";
import { t } from "./texts";
import Now from "./parts/EventNow.svelte";

export interface EventTab {
  /** Its name in the address, `?tab=…`. */
  id: string;
  label: () => string;
  /** Where it stands on a wide screen. */
  column: "main" | "side";
  /** Whether there is something behind it. */
  visible: (state: EventState) => boolean;
  /** Its component, which gets the event's store, and `me`: who looks. */
  load: Loader;
}

/** The first one is there for everybody, and at once. */
export const TABS: readonly EventTab[] = [
  {
    id: "now",
    label: () => t.tabs.now,
    column: "main",
    visible: () => true,
    load: () => Promise.resolve({ default: Now }),
  },
  {
    id: "wall",
    label: () => t.tabs.wall,
    column: "main",
    visible: ({ going }) => going,
    load: () => import("../wall/Wall.svelte"),
  },
  {
    id: "crew",
    label: () => t.tabs.crew,
    column: "side",
    visible: ({ going }) => going,
    load: () => import("./parts/EventCrew.svelte"),
  },
];
