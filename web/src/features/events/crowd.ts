// What goes on at an event, in words.

import type { Counts, Event } from "../../generated/openapi";
import { common } from "../../texts";
import { t } from "./texts";

/** "12 people are going. 3 open pods have 7 free seats." */
export function crowdWords(event: Counts & Pick<Event, "cancelled_at">, over: boolean): string | null {
  const { going, open_pods, free_seats } = event;
  if (event.cancelled_at !== null) return going === 0 ? null : t.wanted(going);
  if (going === 0) return over ? t.nobodyWas : t.nobodyGoes;
  const crowd = over ? t.went(going) : t.goes(going);
  if (over || open_pods === 0) return crowd;
  return `${crowd} ${t.openPods(open_pods, free_seats ? common.freeSeats(free_seats) : t.noFreeSeat)}`;
}
