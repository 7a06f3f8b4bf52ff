// Catalogues: complete in each language, used, and the only place of what people read.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { LANGUAGES, type Language } from "../../src/lib/language.svelte";
import { literalsOfComponent, sentences } from "./literals";

const folder = fileURLToPath(new URL("../../src/", import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => /\.(ts|svelte)$/.test(name));
const languages = Object.keys(LANGUAGES) as Language[];

/** The folders with catalogues. */
const catalogues = files.filter((name) => /(^|\/)texts\/index\.ts$/.test(name)).map(dirname);

async function read(catalogue: string, language: Language): Promise<object> {
  return ((await import(`${folder}${catalogue}/${language}.ts`)) as { default: object }).default;
}

/** Each key with what it takes: "title", "last.text(who, text)", "kinds[9]". */
function shape(texts: object, before = ""): string[] {
  return Object.entries(texts).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value === "string") return `${before}${key}`;
    if (typeof value === "function") return `${before}${key}(${parametersOf(value)})`;
    if (Array.isArray(value)) return `${before}${key}[${value.length}]`;
    return shape(value as object, `${before}${key}.`);
  });
}

function parametersOf(text: object): string {
  const parameters = /^\(([^)]*)\)|^(\w+)/.exec(String(text));
  return (parameters?.[1] ?? parameters?.[2] ?? "?").replace(/\s+/g, " ");
}

/** The keys, without what they take. */
function keysOf(texts: object): string[] {
  return shape(texts).map((key) => key.replace(/[([].*/, ""));
}

/** What a file reads of a catalogue: "title", "last.text", or a whole group, "themes". */
function reads(name: string, code: string, catalogue: string): string[] {
  const found: string[] = [];
  for (const [, names = "", path = ""] of code.matchAll(/import \{([^}]*)\} from "([^"]*\/texts)"/g)) {
    if (relative(folder, resolve(folder, dirname(name), path)) !== catalogue) continue;
    const local = names
      .trim()
      .split(/\s+as\s+/)
      .at(-1) as string;
    for (const [, chain = ""] of code.matchAll(new RegExp(`\\b${local}((?:\\??\\.\\w+)+)`, "g")))
      found.push(chain.replaceAll("?", "").slice(1));
  }
  return found;
}

function isRead(key: string, chains: readonly string[]): boolean {
  return chains.some((chain) => key === chain || key.startsWith(`${chain}.`) || chain.startsWith(`${key}.`));
}

describe.each(catalogues)("the catalogue %s", (catalogue) => {
  it("has the same keys with the same parameters in each language", async () => {
    const [first, ...others] = await Promise.all(languages.map(async (one) => shape(await read(catalogue, one))));
    for (const other of others) expect(other).toEqual(first);
  });

  it("has no key that nothing reads", async () => {
    const chains = files.flatMap((name) => reads(name, readFileSync(folder + name, "utf8"), catalogue));
    const keys = keysOf(await read(catalogue, "en"));
    expect(keys.filter((key) => !isRead(key, chains))).toEqual([]);
  });

  it("has no empty text, and the signs of its language", async () => {
    for (const language of languages) {
      const code = readFileSync(`${folder}${catalogue}/${language}.ts`, "utf8");
      const texts = stringsOf(code).filter((text) => /\p{L}/u.test(text));
      const wrong = language === "de" ? /\.\.\.|["'”]|\b(Ihnen|Ihre[mnrs]?|Sie)\b/ : /\.\.\.|["„]/;
      expect(texts.filter((text) => wrong.test(text) || text.trim() === "")).toEqual([]);
    }
    const empty = Object.values(await read(catalogue, "de")).filter((text) => text === "");
    expect(empty).toEqual([]);
  });
});

/** All strings of a module but the names of what it imports. */
function stringsOf(code: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("texts.ts", code, ts.ScriptTarget.Latest, true));
  return found;
}

describe("what people read", () => {
  it.each(files.filter((name) => name.endsWith(".svelte")))("does not stand in %s", (name) => {
    expect(literalsOfComponent(readFileSync(folder + name, "utf8"))).toEqual([]);
  });

  it.each(files.filter((name) => name.endsWith(".ts") && !/(^|\/)texts\/|^generated\//.test(name)))(
    "does not stand in %s",
    (name) => {
      expect(sentences(readFileSync(folder + name, "utf8"))).toEqual([]);
    },
  );

  it("has a name for each of the server's badges", async () => {
    const source = readFileSync(new URL("../../../src/crew/events/badges.rs", import.meta.url), "utf8");
    const badges = [...source.matchAll(/badge\("([a-z-]+)", "([^"]+)"/g)].map(([, key, label]) => [key, label]);
    expect(badges.length).toBeGreaterThan(20);
    const { default: en } = await import("../../src/features/events/texts/en");
    expect(Object.entries(en.badgeNames)).toEqual(badges);
  });
});

describe("these checks", () => {
  it.each([
    ["<p>Hello</p>", "Hello"],
    ['<button aria-label="Close"></button>', "Close"],
    ['<input placeholder="Search" />', "Search"],
    ['<Field label="Name" />', "Name"],
    ['<p title="Sent by {name}">x</p>', "Sent by"],
    ['<p>{busy ? "Saving …" : t.save}</p>', "Saving …"],
    ["<p>{`${n} people`}</p>", "people"],
    ["{#if a}<b>Really?</b>{/if}", "Really?"],
    ["{#snippet one()}<i>New</i>{/snippet}", "New"],
    ['<script lang="ts">let told = "It did not work.";</script>', "It did not work."],
    ['<script lang="ts">const names = ["Today", t.yesterday];</script>', "Today"],
    ['<script lang="ts">const say = (n: number) => `${n} people are here.`;</script>', "… people are here."],
  ])("find the text in %s", (source, text) => {
    expect(literalsOfComponent(source)).toContain(text);
  });

  it.each([
    '<p class="row dim">{t.title}</p>',
    '<a href="/events">{common.events}</a>',
    "<p>· {name} – {n}</p>",
    '{#if key === "Escape"}<b>{t.x}</b>{/if}',
    '<script lang="ts">if (!pod) throw new Error("there is no such pod");</script>',
    '<script lang="ts">const key = event.key === "Enter" ? "enter" : "none";</script>',
  ])("let %s be", (source) => {
    expect(literalsOfComponent(source)).toEqual([]);
  });

  it("see a key that is missing, one with other parameters, and one that nothing reads", () => {
    const en = { title: "Pods", last: { text: (who: string, text: string) => who + text }, kinds: ["a", "b"] };
    const de = { title: "Pods", last: { text: (who: string) => who }, kinds: ["a"] };
    expect(shape(en)).toEqual(["title", "last.text(who, text)", "kinds[2]"]);
    expect(shape(de)).toEqual(["title", "last.text(who)", "kinds[1]"]);
    const code = 'import { t } from "./texts"; t.last.text("a", "b"); t.kinds.length;';
    const chains = reads("features/pods/Pod.svelte", code, "features/pods/texts");
    expect(keysOf(en).filter((key) => !isRead(key, chains))).toEqual(["title"]);
  });
});
