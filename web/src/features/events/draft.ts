// What was typed of a new event, kept in this tab until it is put up.

import type { Draft } from "./form";
import { tab } from "../../lib/storage";

const KEY = "podium.new-event";

interface Kept {
  draft: Partial<Draft>;
  /** The zone was chosen by the person. */
  chosen: boolean;
}

export const kept = {
  read(): Kept | null {
    try {
      const value = JSON.parse(tab.get(KEY) ?? "null") as Kept | null;
      const texts = Object.values(value?.draft ?? {});
      return texts.every((text) => typeof text === "string") ? value : null;
    } catch {
      // Not of this client.
      return null;
    }
  },

  write(value: Kept): void {
    tab.set(KEY, JSON.stringify(value));
  },

  drop(): void {
    tab.remove(KEY);
  },
};
