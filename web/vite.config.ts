import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { emoji } from "./scripts/emoji.ts";
import { noScript } from "./scripts/no-script.ts";
import { pages } from "./scripts/pages.ts";

// `make web-dev` serves the client with the API of a node on its usual address.
const node = process.env["PODIUM_NODE_URL"] ?? "http://127.0.0.1:4000";

export default defineConfig({
  plugins: [svelte(), emoji(), noScript(), pages()],
  build: {
    target: "es2022",
    // Scripts, styles and fonts all live where the server lets them be kept for ever.
    assetsDir: "assets",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What several pages share travels in one file instead of one for each small part.
          groups: [{ name: "shared", test: /src\/(lib|parts)\//, minShareCount: 3 }],
        },
        // Texts say whose they are and in which language; the build counts them by that.
        chunkFileNames: ({ facadeModuleId }) => {
          const [, feature = "common", language] =
            /src\/(?:features\/([\w-]+)\/)?texts\/([a-z]{2})\.ts$/.exec(facadeModuleId ?? "") ?? [];
          const words = /virtual:emoji\/([a-z]{2})$/.exec(facadeModuleId ?? "")?.[1];
          const name = language ? `texts-${feature}-${language}` : words ? `emoji-words-${words}` : "[name]";
          return `assets/${name}-[hash].js`;
        },
      },
    },
  },
  server: {
    proxy: {
      "/v1": { target: node },
      "/socket": { target: node, ws: true },
    },
  },
  // A busy machine is slow, and no fault.
  test: {
    include: ["tests/unit/**/*.test.ts"],
    setupFiles: ["tests/unit/setup.ts"],
    environment: "node",
    testTimeout: 120_000,
  },
});
