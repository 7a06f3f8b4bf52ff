// Which emoji one has used of late, and in which tone: kept on the device, and gone with what it keeps of the person.

import { keepList, keptList } from "../../lib/db";
import type { Id } from "../../lib/id";

export interface Mine {
  recent: string[];
  tone: string;
}

const LIST = "emoji";

/** How many are remembered: what a picker shows without scrolling. */
const MOST = 28;

/** What this device remembers; nothing where it keeps nothing. */
export async function mine(user: Id): Promise<Mine> {
  try {
    return { recent: [], tone: "", ...(await keptList<Partial<Mine>>(user, LIST)) };
  } catch {
    return { recent: [], tone: "" };
  }
}

/** One has been used: it is the first from now on. */
export function used({ recent, tone }: Mine, emoji: string): Mine {
  return { recent: [emoji, ...recent.filter((one) => one !== emoji)].slice(0, MOST), tone };
}

/** Keeps it, where the device can. The list of what was used is a convenience: nobody misses it for a visit. */
export async function remember(user: Id, what: Mine): Promise<void> {
  try {
    await keepList(user, LIST, { recent: [...what.recent], tone: what.tone });
  } catch {
    // Shown as long as this picker is open.
  }
}
