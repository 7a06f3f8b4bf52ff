// Chromium as the scripts and tests start it: the system's own, with nothing of anybody's in it.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const path =
  process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

/** A browser, with these arguments more; its contexts share nothing. */
export function launch({ args: more = [], ...options } = {}) {
  if (!path) throw new Error("no Chromium is installed: scripts/install.sh chromium");
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    ...more,
  ];
  return chromium.launch({ executablePath: path, headless: true, args, timeout: 120_000, ...options });
}
