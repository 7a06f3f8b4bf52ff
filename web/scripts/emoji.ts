// What the picker of emoji needs of Unicode's list and its words in a language, as one text that is read when it is first
// opened: a line an emoji, an empty line between kinds.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

const ID = /^virtual:emoji\/(en|de)$/;

interface Emoji {
  hexcode: string;
  unicode: string;
  label: string;
  tags?: string[];
  group?: number;
  skins?: unknown[];
}

/** Parts of others, such as tones and hair, which mean nothing by themselves. */
const COMPONENTS = 2;

/** Emoji of this version and of later ones are not in the fonts of all devices that are in use. */
const RECENT = 14;

/** Gives the modules `virtual:emoji/en` and `virtual:emoji/de`. */
export function emoji(): Plugin {
  return {
    name: "podium-emoji",
    resolveId: (id) => (ID.test(id) ? `\0${id}` : undefined),
    load: (id) => {
      const language = ID.exec(id.replace(/^\0/, ""))?.[1];
      return language === undefined ? undefined : `export default ${JSON.stringify(list(language))}`;
    },
  };
}

function list(language: string): string {
  const read = <Each>(file: string): Each[] =>
    JSON.parse(readFileSync(createRequire(import.meta.url).resolve(`emojibase-data/${file}`), "utf8")) as Each[];
  const versions = new Map(
    read<{ hexcode: string; version: number }>("en/data.json").map(({ hexcode, version }) => [hexcode, version]),
  );
  const groups = new Map<number, string[]>();
  for (const each of read<Emoji>(`${language}/compact.json`)) {
    if (each.group === undefined || each.group === COMPONENTS) continue;
    const version = versions.get(each.hexcode) ?? 0;
    groups.set(each.group, [...(groups.get(each.group) ?? []), line(each, version < RECENT ? "" : String(version))]);
  }
  return [...groups.values()].map((lines) => lines.join("\n")).join("\n\n");
}

/** The emoji, its name, whether it has tones, its version if that is recent, and further words for it. */
function line({ unicode, label, tags, skins }: Emoji, version: string): string {
  const words = [...new Set((tags ?? []).flatMap(wordsOf))];
  // Words are found by how they begin: one that begins another says nothing new.
  const all = [...wordsOf(label), ...words];
  const further = words.filter((word) => !all.some((other) => other !== word && other.startsWith(word)));
  const own = new Set(wordsOf(label));
  return [unicode, label, skins ? "1" : "", version, further.filter((word) => !own.has(word)).join(" ")].join("|");
}

/** As the picker compares them: without accents and case. */
function wordsOf(text: string): string[] {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}
