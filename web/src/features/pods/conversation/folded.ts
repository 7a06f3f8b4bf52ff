// Lines of the log that say nothing new: a person who comes and goes within one run of lines is one line.

import type { Message } from "../../../generated/openapi";
import type { Shown } from "./state";

/** A message, or a line that stands for several. */
export interface Folded {
  shown: Shown;
  /** How many lines it stands for, itself among them. */
  lines: number;
  /** The id of the first of them, which stays while more are folded in. */
  key: string;
}

/** Whether the line says that a person came or went by themselves. */
function isVisit({ kind }: Message): boolean {
  return kind === "joined" || kind === "left";
}

/**
 * Folds the comings and goings of each person within a run of lines into the last one of them. Whatever else stands
 * between two lines ends the run: words, and another day.
 */
export function folded(messages: readonly Shown[], day: (at: string) => string): Folded[] {
  const result: Folded[] = [];
  /** The last line of each person in this run, by place in the result. */
  let run = new Map<string, number>();
  let today: string | undefined;
  for (const shown of messages) {
    const { message } = shown;
    const on = day(message.at);
    if (message.kind === "text" || on !== today) run = new Map();
    today = on;
    const before = isVisit(message) ? run.get(message.user_id) : undefined;
    const earlier = before === undefined ? undefined : result[before];
    if (before === undefined || earlier === undefined) {
      result.push({ shown, lines: 1, key: message.id });
    } else {
      result.splice(before, 1);
      for (const [person, place] of run) if (place > before) run.set(person, place - 1);
      result.push({ shown, lines: earlier.lines + 1, key: earlier.key });
    }
    if (isVisit(message)) run.set(message.user_id, result.length - 1);
    // A removal, or a new owner, is news of its own, and so is what the person does after it.
    else run.delete(message.user_id);
  }
  return result;
}
