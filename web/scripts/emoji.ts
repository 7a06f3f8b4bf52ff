// What the picker of emoji needs of Unicode's list and its English words, as one text that is read when it is first
// opened: a line an emoji, an empty line between kinds.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

const ID = "virtual:emoji";

interface Emoji {
  unicode: string;
  label: string;
  tags?: string[];
  group?: number;
  skins?: unknown[];
}

/** Parts of others, such as tones and hair, which mean nothing by themselves. */
const COMPONENTS = 2;

/** Gives the module `virtual:emoji`. */
export function emoji(): Plugin {
  return {
    name: "podium-emoji",
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load: (id) => (id === `\0${ID}` ? `export default ${JSON.stringify(list())}` : undefined),
  };
}

function list(): string {
  const path = createRequire(import.meta.url).resolve("emojibase-data/en/compact.json");
  const groups = new Map<number, string[]>();
  for (const each of JSON.parse(readFileSync(path, "utf8")) as Emoji[]) {
    if (each.group === undefined || each.group === COMPONENTS) continue;
    groups.set(each.group, [...(groups.get(each.group) ?? []), line(each)]);
  }
  return [...groups.values()].map((lines) => lines.join("\n")).join("\n\n");
}

/** The emoji, its name, whether it has tones, and further words for it. */
function line({ unicode, label, tags, skins }: Emoji): string {
  const further = (tags ?? []).filter((tag) => !label.includes(tag));
  return [unicode, label, skins ? "1" : "", further.join(" ")].join("|");
}
