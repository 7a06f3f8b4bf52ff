import { many } from "../../../lib/formats";
import type { Like } from "../../../lib/language.svelte";
import type en from "./en";

export default {
  title: "Emoji",
  search: "Emoji suchen",
  searchShort: "Suchen",
  skinTone: "Hautton",
  skinToneIs: (tone: string) => `Hautton: ${tone}`,
  tones: ["Ohne", "Hell", "Mittelhell", "Mittel", "Mitteldunkel", "Dunkel"],
  kindsOf: "Arten von Emojis",
  kinds: ["Gesichter", "Menschen", "Natur", "Essen", "Reisen", "Aktivitäten", "Dinge", "Symbole", "Flaggen"],
  recent: "Zuletzt benutzt",
  none: "So heißt kein Emoji.",
  found: (count: number) => many(count, { one: "# Emoji", other: "# Emojis" }),
  failed: "Die Emojis konnten nicht geladen werden.",
} satisfies Like<typeof en>;
