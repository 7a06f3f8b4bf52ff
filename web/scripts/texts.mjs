// The catalogues of the client, for scripts that look for what stands on its pages.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { runnerImport } from "vite";

/** The texts of these features in a language, each under its name; `common` are those that all share. */
export async function textsIn(language, ...features) {
  const found = {};
  for (const feature of ["common", ...features]) {
    const folder = feature === "common" ? "texts" : `features/${feature}/texts`;
    const path = new URL(`../src/${folder}/${language}.ts`, import.meta.url).pathname;
    const { module } = await runnerImport(path, { configFile: false, logLevel: "error", plugins: [svelte()] });
    found[feature] = module.default;
  }
  return found;
}
