// What would be lost if the page went away now: the browser asks before it does.

const held = new Set<string>();

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Says whether something of this name would be lost. */
export function hold(name: string, on: boolean): void {
  const before = held.size;
  if (on) held.add(name);
  else held.delete(name);
  if (before === 0 && held.size > 0) addEventListener("beforeunload", ask);
  else if (before > 0 && held.size === 0) removeEventListener("beforeunload", ask);
}

/** Whether anything would be lost. */
export function wouldLose(): boolean {
  return held.size > 0;
}

const unfinished: (() => boolean)[] = [];

/** Says, when asked, whether something is under way that a reload would interrupt. */
export function unfinishedWhile(check: () => boolean): void {
  unfinished.push(check);
}

/** Whether a reload would interrupt anything. */
export function isUnfinished(): boolean {
  return unfinished.some((check) => check());
}
