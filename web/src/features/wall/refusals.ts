// Why something that one wanted on a wall was not done, in words.

import { sentence } from "../../lib/words";
import { relative } from "../../lib/formats";
import { now } from "../../lib/now.svelte";
import { HOUR, MINUTE } from "../../lib/zones";
import type { Entry } from "./store/outbox";
import { t } from "./texts";

export function whyNot({ wish, failed, at }: Entry): string {
  const { code, after } = failed ?? { code: "", after: null };
  switch (code) {
    case "poll_closed":
      return wish.kind === "vote" ? t.voteTooLate : t.pollIsClosed;
    case "conflict":
      return wish.kind === "edit" ? t.pollIsFrozen : sentence(code);
    case "not_member":
      return t.notGoing;
    case "rate_limited": {
      if (after === null || after <= Date.parse(at)) return sentence(code);
      const wait = Math.max(MINUTE, after - now.at);
      const hours = wait > 90 * MINUTE;
      return t.tooMuch(relative(Math.ceil(wait / (hours ? HOUR : MINUTE)), hours ? "hour" : "minute"));
    }
    case "invalid": {
      const body = wish.kind === "post" || wish.kind === "edit" ? wish.body : null;
      const closes = body?.kind === "poll" ? body.body.closes_at : null;
      return closes !== null && Date.parse(closes) <= Date.now() ? t.closingPassed : sentence(code);
    }
    default:
      return sentence(code);
  }
}
