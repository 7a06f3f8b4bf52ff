// What goes on at an event, in words.

import type { EventView } from "../../lib/types";

function count(number: number, one: string, many: string): string {
  return number === 1 ? `1 ${one}` : `${number.toLocaleString("en")} ${many}`;
}

/** "12 people are going. 3 open pods have 7 free seats."; null where the server does not say. */
export function crowdWords({ going, open_pods, free_seats }: EventView, over: boolean): string | null {
  if (going === undefined) return null;
  if (going === 0) return over ? "Nobody was there." : "Nobody is going yet.";
  const people = `${count(going, "person", "people")} ${going === 1 ? (over ? "was" : "is") : over ? "were" : "are"}`;
  const crowd = `${people} ${over ? "there" : "going"}.`;
  if (over || open_pods === undefined || open_pods === 0) return crowd;
  const seats = free_seats ? count(free_seats, "free seat", "free seats") : "no free seat";
  return `${crowd} ${count(open_pods, "open pod has", "open pods have")} ${seats}.`;
}
