// Who may do at an event what its maker may: name the meet point, and remove what others have posted.

import { ApiError } from "../../../lib/api";
import type { Id } from "../../../lib/id";
import type { Part } from "./part";

export const hosts: Part<ReadonlySet<Id>> = {
  name: "hosts",
  empty: new Set(),
  read: async (event, get) => {
    try {
      const { items } = await get<{ items: { id: Id }[] }>(`/v1/events/${event}/hosts`);
      return () => new Set(items.map(({ id }) => id));
    } catch (error) {
      if (error instanceof ApiError && error.code === "not_found") return (kept) => kept;
      throw error;
    }
  },
};
