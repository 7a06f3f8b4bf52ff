// Draws the picture that stands beside a link which was shared: node scripts/share.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { launch } from "./browser.mjs";

const [width, height] = [1200, 630];
const font = new URL(
  "../node_modules/@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-wght-normal.woff2",
  import.meta.url,
);

// Five seats, one of them free. All that matters stays within the square that some cut out of the middle.
const seat = (x, free) => {
  const [fill, edge] = free ? ["none", "#ffb347"] : ["#ffb347", "none"];
  return `<g transform="translate(${x} 0)" fill="${fill}" stroke="${edge}" stroke-width="5">
    <rect x="-37" y="428" width="74" height="74" rx="22" />
    <rect x="-46" y="494" width="92" height="30" rx="13" ${free ? 'fill="#2a1a20"' : 'fill="#ffc46b"'} />
    <path d="M-32 526v26M32 526v26" stroke="${free ? "#ffb347" : "#a86a2b"}" stroke-width="8" stroke-linecap="round" />
  </g>`;
};
const seats = [-232, -116, 0, 116, 232].map((x, number) => seat(600 + x, number === 3)).join("");

const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
  <defs>
    <linearGradient id="beam" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#ffd08a" stop-opacity=".6" />
      <stop offset=".55" stop-color="#ffb347" stop-opacity=".2" />
      <stop offset="1" stop-color="#ffb347" stop-opacity=".04" />
    </linearGradient>
    <radialGradient id="floor"><stop stop-color="#8a4f2c" /><stop offset="1" stop-color="#130d17" stop-opacity="0" /></radialGradient>
  </defs>
  <rect width="${width}" height="${height}" fill="#130d17" />
  <ellipse cx="600" cy="552" rx="520" ry="96" fill="url(#floor)" />
  <path d="M552 78h96l262 474H290z" fill="url(#beam)" />
  <path d="M600 0v40" stroke="#3a2b44" stroke-width="8" />
  <rect x="534" y="36" width="132" height="48" rx="20" fill="#ffb347" />
  <text x="600" y="352" text-anchor="middle" fill="#fff6ea" font-family="Bricolage" font-weight="800" font-size="148"
    letter-spacing="-6">Podium</text>
  ${seats}
</svg>`;

const browser = await launch();
const page = await browser.newPage({ viewport: { width, height } });
const source = `data:font/woff2;base64,${readFileSync(font).toString("base64")}`;
await page.setContent(
  `<style>@font-face{font-family:Bricolage;font-weight:200 800;src:url(${source})}*{margin:0}svg{display:block}</style>${picture}`,
);
await page.evaluate(() => document.fonts.ready);
writeFileSync(new URL("../public/icons/share.png", import.meta.url), await page.screenshot());
await browser.close();
