// What only one place may do, since browsers differ about it: everybody else asks that place.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../../src/", import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.(ts|svelte)$/.test(name));

/** What it is, and where it may stand. */
const HABITS: [RegExp, string[]][] = [
  // Each throws, is null or is full somewhere. An option of that name is another thing.
  [/\b(localStorage|sessionStorage)\b(?!\??:)/, ["lib/storage.ts"]],
  // Secure contexts alone have these.
  [/crypto\.randomUUID|crypto\.subtle/, ["lib/id.ts"]],
  [/navigator\.locks/, ["lib/lock.ts"]],
  [/navigator\.clipboard/, ["lib/clipboard.ts"]],
  [/navigator\.serviceWorker/, ["lib/shell.svelte.ts"]],
  // A connection may be dead at any time.
  [/\bopenDB\b|\bindexedDB\b/, ["lib/db.ts", "lib/lock.ts"]],
  [/document\.title/, ["App.svelte"]],
  // Dates, numbers and lists are written as the language of the screen writes them.
  [/\.toLocale\w*\(/, []],
  [/new Intl\.(?!Locale|Segmenter)/, ["lib/formats.ts", "lib/zones.ts", "features/events/time.ts"]],
];

describe("the client's own rules", () => {
  for (const [what, places] of HABITS) {
    it(`${what.source} stands in ${places.join(" and ")} alone`, () => {
      const found = files.filter((name) => {
        const code = readFileSync(folder + name, "utf8").replace(/^\s*(\/\/|\*|\/\*\*).*$/gm, "");
        return what.test(code) && !places.includes(name.replaceAll("\\", "/"));
      });
      expect(found).toEqual([]);
    });
  }
});
