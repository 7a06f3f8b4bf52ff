// Who may take down what others wrote.

import type { Id } from "../../lib/id";
import { role } from "../events/store/role";
import type { EventStore } from "../events/store/store.svelte";

/** The event's maker and its hosts. */
export function isHost(store: EventStore, me: Id): boolean {
  return store.state.event?.created_by === me || store.kept(role) === "host";
}
