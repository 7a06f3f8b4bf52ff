// How what one wants is sent to the pod's topic.

import { canonical } from "../../../lib/emoji";
import type { Entry } from "./state";

/** The push of a wish, and its payload. */
export function pushOf({ op, wish }: Entry): [string, object] {
  switch (wish.kind) {
    case "new": {
      const { text, reply_to, mentions } = wish;
      return [
        "message:new",
        { id: op, text, ...(reply_to ? { reply_to } : {}), ...(mentions.length ? { mentions } : {}) },
      ];
    }
    case "edit":
      return [
        "message:edit",
        { id: wish.id, text: wish.text, ...(wish.mentions ? { mentions: wish.mentions } : {}), op },
      ];
    case "delete":
      return ["message:delete", { id: wish.id, op }];
    case "react":
      return ["reaction:set", { id: wish.id, emoji: canonical(wish.emoji), on: wish.on, op }];
  }
}
