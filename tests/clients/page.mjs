// Opens pages in a real Chromium. Tells for each what it complained of and what it shows, and takes a screenshot.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { end, tell, told } from "./common.mjs";

const { pages } = await told();
const profile = await mkdtemp(join(tmpdir(), "chromium-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  timeout: 120_000,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
for (const { url, screenshot, width, height, dark } of pages) {
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const complaints = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  const asked = [];
  page.on("request", (request) => request.url().startsWith("data:") || asked.push(request.url()));
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
  await page.goto(url);
  // Where the pointer is over a plot, it says what stands there.
  const plots = page.locator("svg[role=img]");
  const hints = [];
  for (let at = 0; at < (await plots.count()); at += 1) {
    await plots.nth(at).hover();
    hints.push(await page.locator("#hint").innerText());
  }
  await page.mouse.move(0, 0);
  await page.screenshot({ path: screenshot, fullPage: true });
  tell("page", {
    complaints,
    asked,
    hints,
    heading: await page.locator("h1").innerText(),
    verdict: await page.locator(".verdict").innerText(),
    plots: await plots.evaluateAll((all) => all.map((svg) => svg.getAttribute("aria-label"))),
    lines: await plots.locator("path").count(),
    rows: await page.locator("tbody tr").count(),
    wider: await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
  });
  await page.close();
}
await context.close();
await rm(profile, { recursive: true, force: true });
end();
