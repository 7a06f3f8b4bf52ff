// How people are shown: a colour and initials.

/** One of five gels, the same for a person everywhere. */
export function gel(user_id: string): number {
  let sum = 0;
  for (const char of user_id) sum = (sum * 31 + char.charCodeAt(0)) >>> 0;
  return sum % 5;
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? "")][0] ?? "");
  return letters.join("").toUpperCase();
}

/** "Ana", "Ana and Ben", "Ana, Ben and 2 more". */
export function names(list: string[], most = 2): string {
  if (list.length <= 1) return list[0] ?? "";
  if (list.length <= most) return `${list.slice(0, -1).join(", ")} and ${list.at(-1)}`;
  return `${list.slice(0, most).join(", ")} and ${list.length - most} more`;
}

/** What a phone is called, from what its browser says of itself. */
export function device(agent: string | null): string {
  if (!agent) return "Unknown device";
  const system = /iPhone|iPad|Android|Windows|Mac OS X|CrOS|Linux/.exec(agent)?.[0] ?? "";
  const browser = /Edg|OPR|Firefox|Chrome|Safari/.exec(agent)?.[0] ?? agent.split(/[/ ]/)[0] ?? "";
  const nice: Record<string, string> = { Edg: "Edge", OPR: "Opera", "Mac OS X": "Mac", CrOS: "Chromebook" };
  const say = (word: string): string => nice[word] ?? word;
  return system ? `${say(browser)} on ${say(system)}` : say(browser);
}
