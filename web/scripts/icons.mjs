// Draws the icons that are no SVG from the one that is: node scripts/icons.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { launch } from "./browser.mjs";

const folder = new URL("../public/icons/", import.meta.url);
const svg = readFileSync(new URL("podium.svg", folder), "utf8");
const browser = await launch();

async function draw(name, size, source) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${source}`);
  writeFileSync(new URL(name, folder), await page.screenshot({ omitBackground: true }));
  await page.close();
}

await draw("podium-192.png", 192, svg);
await draw("podium-512.png", 512, svg);
// What a phone cuts to its own shape: no corners of ours, and the picture well inside.
const square = svg.replace('rx="112"', 'rx="0"');
await draw("podium-180.png", 180, square);
const inner = square.replace(
  /(<rect width="512"[^>]*>)([\s\S]*)<\/svg>/,
  '$1<g transform="translate(61 61) scale(.76)">$2</g></svg>',
);
await draw("podium-maskable.png", 512, inner);
await browser.close();
