// The language of the screen, and the catalogues with its texts.
//
// A feature's texts are modules in its folder `texts`, one for each language, so that a language is loaded alone and
// with the feature. `src/texts` has those that features share. The English module says which keys there are and which
// parameters they have; the German one has the same by its type. A component reads its texts from what `catalogue`
// returns, by keys that the compiler knows, and is shown anew when the language changes.
//
// Whatever loads a part of the client later waits with `settled` until the texts of that part are there, too.

import { local } from "./storage";

/** The languages, each in its own words. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;

export type Language = keyof typeof LANGUAGES;

/** What a language that is not English must have: the same keys, with the same parameters. */
export type Like<Texts> = {
  [Key in keyof Texts]: Texts[Key] extends string
    ? string
    : Texts[Key] extends (...parameters: infer Parameters) => string
      ? (...parameters: Parameters) => string
      : Like<Texts[Key]>;
};

const KEY = "podium.language";

/** Whose clocks and numbers are used where the person's own languages do not say. */
const USUAL: Record<Language, string> = { en: "en-GB", de: "de-DE" };

type Loader = () => Promise<{ default: object }>;

const files = import.meta.glob<{ default: object }>(["../texts/{en,de}.ts", "../features/*/texts/{en,de}.ts"]);

export function isLanguage(value: unknown): value is Language {
  return typeof value === "string" && Object.hasOwn(LANGUAGES, value);
}

/** The first of these languages that the client speaks; English if there is none. */
export function languageAmong(wanted: readonly string[]): Language {
  for (const one of wanted) {
    const base = one.split("-")[0]?.toLowerCase();
    if (isLanguage(base)) return base;
  }
  return "en";
}

/** The locale for dates and numbers: the person's own kind of the language where they have one. */
export function localeOf(language: Language, wanted: readonly string[]): string {
  for (const one of wanted) {
    try {
      const locale = new Intl.Locale(one);
      // Without extensions, which may ask for another calendar or other digits.
      if (locale.language === language) return locale.baseName;
    } catch {
      // Not a language.
    }
  }
  return USUAL[language];
}

function wantedHere(): readonly string[] {
  return globalThis.navigator?.languages ?? [];
}

class Speaker {
  current: Language = $state("en");
  /** In which dates and numbers are written. */
  readonly locale = $derived(localeOf(this.current, wantedHere()));

  /** By feature and language. */
  readonly #texts = new Map<string, object>();
  readonly #loading = new Map<string, Promise<void>>();
  /** The catalogues that something on the page reads from. */
  readonly #used = new Set<string>();

  constructor() {
    const kept = local.get(KEY);
    this.#set(isLanguage(kept) ? kept : languageAmong(wantedHere()));
  }

  use(feature: string): void {
    this.#used.add(feature);
  }

  /** The texts of a feature. */
  of(feature: string): object {
    const texts = this.#texts.get(`${feature} ${this.current}`);
    if (!texts) throw new Error(`the texts of ${feature || "all features"} are not loaded`);
    return texts;
  }

  /** Begins to load the texts of a feature before its scripts are there. */
  begin(...features: string[]): void {
    for (const feature of features) this.load(feature, this.current).catch(() => undefined);
  }

  /** Waits until everything that is used is there. */
  async settled(): Promise<void> {
    let language: Language;
    do {
      language = this.current;
      await this.#loadAll(language);
    } while (language !== this.current || this.#missing(language).length > 0);
  }

  /** Begins with a language, before anything is shown. */
  start(language: Language): void {
    this.#set(language);
  }

  /**
   * Changes the language. What has been typed stays.
   *
   * Fails when the texts cannot be loaded; the language stays what it is then.
   */
  async speak(language: Language): Promise<void> {
    do await this.#loadAll(language);
    while (this.#missing(language).length > 0);
    this.#set(language);
  }

  /** The same, and remembers it on this device for a person who has not signed in. */
  async choose(language: Language): Promise<void> {
    await this.speak(language);
    local.set(KEY, language);
  }

  #set(language: Language): void {
    this.current = language;
    if (globalThis.document) document.documentElement.lang = language;
  }

  #missing(language: Language): string[] {
    return [...this.#used].filter((feature) => !this.#texts.has(`${feature} ${language}`));
  }

  async #loadAll(language: Language): Promise<void> {
    await Promise.all(this.#missing(language).map((feature) => this.load(feature, language)));
  }

  load(feature: string, language: Language): Promise<void> {
    const key = `${feature} ${language}`;
    let loading = this.#loading.get(key);
    if (!loading) {
      const folder = feature === "" ? "../texts" : `../features/${feature}/texts`;
      const load = files[`${folder}/${language}.ts`] as Loader;
      loading = load().then(({ default: texts }) => void this.#texts.set(key, texts));
      // A failed load is tried again at the next use.
      loading.catch(() => this.#loading.delete(key));
      this.#loading.set(key, loading);
    }
    return loading;
  }
}

export const speaker = new Speaker();

/** The texts of a feature in the language of the screen; without a name, those that all features share. */
export function catalogue<Texts extends object>(feature = ""): Texts {
  speaker.use(feature);
  return new Proxy({} as Texts, { get: (_, key) => Reflect.get(speaker.of(feature), key) as unknown });
}

/** A part of the client once it and its texts are there. */
export async function withTexts<Part>(part: Promise<Part>): Promise<Part> {
  const loaded = await part;
  await speaker.settled();
  return loaded;
}
