import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calling, mentioned, mentionedAfter, parts, type Part } from "../../src/lib/text";

/** The addresses in a text. */
function linked(text: string): (string | undefined)[] {
  return parts(text)
    .filter(({ type }) => type === "link")
    .map(({ href }) => href);
}

/** Who is called in a text. */
function called(text: string, ...names: string[]): string[] {
  return parts(text, names)
    .filter(({ type }) => type === "mention")
    .map((part) => part.text);
}

describe("a link", () => {
  it("ends where the sentence does", () => {
    expect(parts("see https://example.org/a_(b)?x=1, ok")).toEqual([
      { type: "text", text: "see " },
      { type: "link", text: "https://example.org/a_(b)?x=1", href: "https://example.org/a_(b)?x=1" },
      { type: "text", text: ", ok" },
    ]);
  });

  it.each([
    // Brackets that belong to it, and those around it.
    ["https://en.wikipedia.org/wiki/M_(planet)", "https://en.wikipedia.org/wiki/M_(planet)"],
    ["(https://en.wikipedia.org/wiki/M_(planet))", "https://en.wikipedia.org/wiki/M_(planet)"],
    ["(see https://x.org/a).", "https://x.org/a"],
    ["[https://x.org/a[1]]!", "https://x.org/a[1]"],
    // Quotation marks and ends of sentences, of all kinds.
    ["“https://x.org/a”", "https://x.org/a"],
    ["»https://x.org/a«", "https://x.org/a"],
    ["‘https://x.org/a’", "https://x.org/a"],
    ["「https://x.org/a」です", "https://x.org/a"],
    ["『https://x.org/a』、", "https://x.org/a"],
    ["見て https://x.org/a。次", "https://x.org/a"],
    ["見てhttps://x.org/a，好", "https://x.org/a"],
    ["（https://x.org/a）", "https://x.org/a"],
    ["https://x.org/a…", "https://x.org/a"],
    ["https://x.org/a?!...", "https://x.org/a"],
    ["https://x.org/a\u2028next", "https://x.org/a"],
    ["https://x.org/a\u202Egro", "https://x.org/a"],
    // An emoji after it is none of it.
    ["https://x.org/a🔥", "https://x.org/a"],
    ["https://x.org/a❤️", "https://x.org/a"],
    ["https://x.org🇩🇪", "https://x.org"],
    // Spelled in capitals, with a port, a query with commas, in letters of other scripts.
    ["Https://x.org/a", "Https://x.org/a"],
    ["HTTP://X.ORG", "HTTP://X.ORG"],
    ["http://127.0.0.1:4000/i/abc,", "http://127.0.0.1:4000/i/abc"],
    ["https://x.org/map?at=52.5,13.4,12z&q=a;b.", "https://x.org/map?at=52.5,13.4,12z&q=a;b"],
    ["https://münchen.example/straße", "https://münchen.example/straße"],
    ["https://例え.テスト/道", "https://例え.テスト/道"],
    ["https://x.org/#top:~:text=a", "https://x.org/#top:~:text=a"],
    // Without a scheme.
    ["go to www.example.org/a.", "https://www.example.org/a"],
    ["WWW.Example.org", "https://WWW.Example.org"],
  ])("is found in %s", (text, href) => {
    expect(linked(text)).toEqual([href]);
  });

  it.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "https://",
    "http://.",
    "www.",
    "www.only",
    "awww.example.org",
    "ana@www.example.org",
    "xhttps://x.org",
    "file:///etc/passwd",
    "www.a..b",
  ])("is not found in %s", (text) => {
    expect(linked(text)).toEqual([]);
  });

  it("is one of several", () => {
    expect(linked("https://a.org,https://b.org and www.c.org/(d)")).toEqual([
      "https://a.org,https://b.org",
      "https://www.c.org/(d)",
    ]);
    expect(linked("https://a.org 🔥 http://b.org")).toEqual(["https://a.org", "http://b.org"]);
  });
});

describe("a mention", () => {
  it("is of the longest name", () => {
    expect(called("hi @Ana Maria and @Ana", "Ana", "Ana Maria")).toEqual(["@Ana Maria", "@Ana"]);
  });

  it.each([
    ["@Ana, hi", "Ana"],
    ["@Ana's turn", "Ana"],
    ["(@Ana)", "Ana"],
    ["@Ana🔥", "Ana"],
    ["@🦄 Uni hello", "🦄 Uni"],
    ["@דנה, בואי", "דנה"],
    ["@مريم، تعالي", "مريم"],
    ["@田中さん", "田中"],
    ["聞いて@田中", "田中"],
    ["@Zoë!", "Zoë"],
    ["@C++ ok", "C++"],
  ])("is found in %s", (text, name) => {
    expect(called(text, name)).toEqual([`@${name}`]);
  });

  it.each([
    ["@Anais", "Ana"],
    ["@Ana_b", "Ana"],
    ["@Ana2", "Ana"],
    ["@Zoe\u0308", "Zoe"],
    ["@👩\u200D🎤", "👩"],
    ["@👍🏽", "👍"],
    ["mail@Ana.org", "Ana"],
    ["me.@Ana", "Ana"],
    ["https://x.org/@Ana", "Ana"],
    ["@דנהלה", "דנה"],
    ["@ana", "Ana"],
  ])("is not found in %s", (text, name) => {
    expect(called(text, name)).toEqual([]);
  });

  it("is of whom one chose, or of all who have the name", () => {
    const people = [
      { user_id: "1", display_name: "Ana" },
      { user_id: "2", display_name: "Ana" },
      { user_id: "3", display_name: "Ana Maria" },
    ];
    expect(mentioned("@Ana ok", people, [])).toEqual(["1", "2"]);
    expect(mentioned("@Ana ok", people, ["2"])).toEqual(["2"]);
    expect(mentioned("@Ana Maria", people, ["2"])).toEqual(["3"]);
    expect(mentioned("@Anais", people, ["1"])).toEqual([]);
    const crowd = Array.from({ length: 30 }, (_, number) => ({ user_id: `${number}`, display_name: `p${number}` }));
    expect(mentioned(crowd.map(({ display_name }) => `@${display_name}`).join(" "), crowd, []).length).toBe(20);
  });

  it("follows an edit, and is kept where its name is another one now", () => {
    const people = ["Ana", "Ben", "Cem"].map((display_name) => ({ user_id: display_name.toLowerCase(), display_name }));
    const before = { text: "@Ana and @Old", mentions: ["ana", "cem", "gone"] };
    expect(mentionedAfter(before, "@Ana and @Old", people, [])).toEqual(["cem", "ana"]);
    expect(mentionedAfter(before, "@Ben", people, [])).toEqual(["cem", "ben"]);
    expect(mentionedAfter({ text: "@Ana", mentions: ["ana"] }, "nobody", people, [])).toEqual([]);
  });

  it("is offered where an @ begins a word", () => {
    expect(calling("hey @an", 7)).toEqual({ start: 4, query: "an" });
    expect(calling("hey @an", 5)).toEqual({ start: 4, query: "" });
    expect(calling("(@an", 4)).toEqual({ start: 1, query: "an" });
    expect(calling("@Ana M", 6)).toEqual({ start: 0, query: "Ana M" });
    expect(calling("mail@an", 7)).toBeNull();
    expect(calling("@ana ", 5)).toBeNull();
    expect(calling("@a\nb", 4)).toBeNull();
  });
});

describe("the parts of a text", () => {
  const word = fc.constantFrom(
    "https://x.org/a_(b)",
    "www.x.org",
    "Http://",
    "@Ana",
    "@Ana Maria",
    "@",
    "Ana",
    "🔥",
    "❤️",
    "(",
    ")",
    "。",
    "”",
    ".",
    " ",
    "\n",
    "\u202E",
    "\u200D",
    "\uD83D",
    "دنا",
  );
  const text = fc.oneof(
    fc.array(word, { maxLength: 12 }).map((all) => all.join("")),
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ unit: "grapheme", maxLength: 60 }),
  );

  it("are the text again when they are joined, and lead nowhere but to the web", () => {
    fc.assert(
      fc.property(
        text,
        fc.array(fc.oneof(fc.constantFrom("Ana", "Ana Maria", "", "🔥"), fc.string())),
        (all, names) => {
          const found: Part[] = parts(all, names);
          expect(found.map((part) => part.text).join("")).toBe(all);
          expect(found.every((part) => part.text !== "")).toBe(true);
          for (const { type, href } of found) {
            if (type === "link") expect(new URL(href as string).protocol).toMatch(/^https?:$/);
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
