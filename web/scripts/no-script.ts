// Puts what a page without scripts says, in each language, in its place in index.html.
import type { Plugin } from "vite";
import { first } from "../src/texts/first.ts";

export function noScript(): Plugin {
  const lines = Object.entries(first.noScript).map(([language, text]) => `<p lang="${language}">${text}</p>`);
  return {
    name: "podium-no-script",
    transformIndexHtml: (html) => html.replace("%NO_SCRIPT%", lines.join("")),
  };
}
