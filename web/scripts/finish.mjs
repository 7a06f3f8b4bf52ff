// The last step of the build: tells the service worker what to keep, holds the scripts against their budgets, and
// compresses each file once, as well as can be. The server sends these forms as they are.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, extname, join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url).pathname;

/** The scripts that a first visit loads, whatever page it is of, compressed with gzip. */
const FIRST_LOAD = 80 * 1024;

/** Each script that is read when it is first needed, compressed with gzip. */
const LATER = 40 * 1024;

const files = readdirSync(dist, { recursive: true })
  .map((name) => join(dist, String(name)))
  .filter((path) => statSync(path).isFile() && !/\.(br|gz|gitkeep)$/.test(path));

// What the client is made of; what it needs only to be installed is fetched then.
const shell = files.map((path) => `/${relative(dist, path)}`).filter((path) => /^\/assets\//.test(path));
shell.push("/icons/podium.svg", "/manifest.webmanifest");
shell.sort();
const version = createHash("sha256");
// The worker itself is a part of it: two of them never share what they keep.
for (const path of ["/index.html", "/sw.js", ...shell]) version.update(readFileSync(join(dist, path)));
const worker = join(dist, "sw.js");
const source = readFileSync(worker, "utf8");
if (!source.includes('"__SHELL__"')) throw new Error("sw.js has no place for the list of files");
writeFileSync(
  worker,
  source.replace('"__SHELL__"', JSON.stringify(shell)).replace("__VERSION__", version.digest("hex").slice(0, 12)),
);

/** What the page asks for, and what that imports before it runs. */
const first = new Set();
const follow = (text) => {
  for (const [, name] of text.matchAll(/(?:src|href|from|import)\s*=?\s*["'](?:\/assets\/|\.\/)([\w.-]+\.js)["']/g)) {
    if (first.has(name)) continue;
    first.add(name);
    follow(readFileSync(join(dist, "assets", name), "utf8"));
  }
};
follow(readFileSync(join(dist, "index.html"), "utf8"));
if (first.size === 0) throw new Error("the page asks for no script");

const gzipped = new Map();
const over = [];
const sizes = [];
for (const path of files) {
  if (![".js", ".css", ".html", ".svg", ".webmanifest", ".json", ".txt"].includes(extname(path))) continue;
  const bytes = readFileSync(path);
  const gzip = gzipSync(bytes, { level: 9 });
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  // A form that is no smaller is no use.
  if (gzip.length < bytes.length) writeFileSync(`${path}.gz`, gzip);
  if (brotli.length < bytes.length) writeFileSync(`${path}.br`, brotli);
  if (path.endsWith(".js") && path !== worker) {
    gzipped.set(basename(path), gzip.length);
    if (!first.has(basename(path)) && gzip.length > LATER)
      over.push(`${relative(dist, path)} is over ${LATER / 1024} KiB gzipped`);
  }
  sizes.push(`  ${relative(dist, path)}: ${bytes.length} bytes, ${gzip.length} gzip, ${brotli.length} brotli`);
}
console.log(sizes.join("\n"));
// A first visit loads what every page needs, what the page of its address needs besides, and the texts of one language.
const loads = JSON.parse(readFileSync(join(dist, "pages.json"), "utf8")).map(({ page, files, texts }) => {
  const size = (names) => names.reduce((sum, name) => sum + gzipped.get(basename(name)), 0);
  const scripts = new Set([...first, ...files.filter((file) => file.endsWith(".js")).map((file) => basename(file))]);
  return [page, size([...scripts]) + Math.max(...Object.values(texts).map(size))];
});
console.log(`first load, in KiB of scripts gzipped, of ${FIRST_LOAD / 1024}:`);
for (const [page, scripts] of loads) {
  console.log(`  ${page}: ${(scripts / 1024).toFixed(1)}`);
  if (scripts > FIRST_LOAD) over.push(`the first load of ${page} is over ${FIRST_LOAD / 1024} KiB gzipped`);
}
if (over.length > 0) {
  console.error(over.join("\n"));
  process.exit(1);
}
