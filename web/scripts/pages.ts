// A part of the build: `dist/pages.json` says which addresses the client has, and which files each page needs besides
// those that the client's page names. The server reads it.
import { runnerImport, type Plugin, type Rolldown } from "vite";

interface Entry {
  path: string | null;
  load: () => unknown;
  texts: readonly string[];
}

export function pages(): Plugin {
  return {
    name: "podium-pages",
    apply: "build",
    async generateBundle(_, bundle) {
      const file = new URL("../src/pages.ts", import.meta.url).pathname;
      const { module } = await runnerImport<{ PAGES: Record<string, Entry> }>(file);
      const chunks = Object.values(bundle).filter((output) => output.type === "chunk");
      const entry = chunks.find(({ isEntry }) => isEntry);
      if (!entry) throw new Error("the build has no entry");
      const first = needs(bundle, entry);
      const list = Object.entries(module.PAGES).flatMap(([page, { path, load, texts }]) => {
        if (path === null) return [];
        const part = /import\w*\(\s*["']([^"']+)["']/.exec(String(load))?.[1]?.replace(/^(\.\/|\/src\/)/, "/src/");
        const chunk = chunks.find(({ facadeModuleId }) => part !== undefined && facadeModuleId?.endsWith(part));
        if (!chunk) throw new Error(`the build has no script for the page ${page}`);
        const all = needs(bundle, chunk);
        // Texts that nobody begins to load come one round trip later.
        for (const { fileName, moduleIds } of chunks) {
          if (!all.has(fileName) || first.has(fileName)) continue;
          for (const id of moduleIds) {
            const feature = /\/src\/features\/([^/]+)\/texts\/index\.ts$/.exec(id)?.[1];
            if (feature && !texts.includes(feature)) throw new Error(`pages.ts: ${page} shows texts of ${feature}`);
          }
        }
        const files = [...all].filter((name) => !first.has(name));
        return [{ page, path, files: files.map((name) => `/${name}`), texts: textsOf(chunks, texts) }];
      });
      this.emitFile({ type: "asset", fileName: "pages.json", source: JSON.stringify(list) });
    },
  };
}

/** The scripts with the texts of these features, and with those that all share, by language. */
function textsOf(chunks: Rolldown.OutputChunk[], features: readonly string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { facadeModuleId, fileName } of chunks) {
    const [, feature = "", language] =
      /\/src\/(?:features\/([^/]+)\/)?texts\/(\w\w)\.ts$/.exec(facadeModuleId ?? "") ?? [];
    if (language && (feature === "" || features.includes(feature))) (found[language] ??= []).push(`/${fileName}`);
  }
  return found;
}

/** The scripts that a chunk cannot run without, and the styles that they bring. */
function needs(bundle: Rolldown.OutputBundle, chunk: Rolldown.OutputChunk, found = new Set<string>()): Set<string> {
  if (found.has(chunk.fileName)) return found;
  found.add(chunk.fileName);
  const { importedCss } = (chunk as { viteMetadata?: { importedCss: Set<string> } }).viteMetadata ?? {};
  importedCss?.forEach((name) => found.add(name));
  for (const name of chunk.imports) {
    const other = bundle[name];
    if (other?.type === "chunk") needs(bundle, other, found);
  }
  return found;
}
