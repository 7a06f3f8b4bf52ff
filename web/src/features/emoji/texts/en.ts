import { many } from "../../../lib/formats";

export default {
  title: "Emoji",
  search: "Search emoji",
  searchShort: "Search",
  skinTone: "Skin tone",
  skinToneIs: (tone: string) => `Skin tone: ${tone}`,
  tones: ["No tone", "Light", "Medium-light", "Medium", "Medium-dark", "Dark"],
  kindsOf: "Kinds of emoji",
  kinds: ["Faces", "People", "Nature", "Food", "Travel", "Activities", "Objects", "Symbols", "Flags"],
  recent: "Recently used",
  none: "No emoji is called that.",
  found: (count: number) => many(count, { one: "# emoji", other: "# emoji" }),
  failed: "The emoji could not be loaded.",
};
