// Measures what a slow phone in a slow network sees: Chromium with its CPU slowed down four times, and a network like
// slow 4G (1.6 Mbit/s down, 750 kbit/s up, 150 ms). Prints a table; medians of five.
//
//   node scripts/measure.mjs http://127.0.0.1:4000 mia@example.org 'the password' [pod id]
//
// Of a pod that is named, all is fetched before it is scrolled through (`scripts/fill.mjs` makes a long one).
import { device, PHONE } from "../tests/browser/support.mjs";
import { launch } from "./browser.mjs";

const [url, email, password, asked] = process.argv.slice(2);
if (!password) throw new Error("usage: node scripts/measure.mjs <url> <email> <password> [pod id]");
const RUNS = 5;
const SLOW_4G = {
  offline: false,
  downloadThroughput: (1.6e6 / 8) * 0.9,
  uploadThroughput: (750e3 / 8) * 0.9,
  latency: 150,
};

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const show = (name, list) =>
  console.log(`| ${name} | ${Math.round(median(list))} ms | ${list.map((value) => Math.round(value)).join(", ")} |`);

const grant = await (
  await fetch(`${url}/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  })
).json();
const inbox = await (
  await fetch(`${url}/v1/me/pods`, { headers: { authorization: `Bearer ${grant.access_token}` } })
).json();
const pod = asked ?? inbox.items[0].id;
// The refresh token stays out: every browser here would use the same one.
const kept = JSON.stringify({
  access_token: grant.access_token,
  expires_at: Date.now() + grant.expires_in * 1000,
  profile: grant.profile,
});

/** A phone that has never been here, or one that has. */
async function phone(browser) {
  const { context, page } = await device(browser, PHONE);
  await context.addInitScript((session) => localStorage.setItem("podium.session", session), kept);
  const client = await context.newCDPSession(page);
  await client.send("Network.enable");
  await client.send("Network.emulateNetworkConditions", SLOW_4G);
  await client.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  return { context, page };
}

/** From the start of the visit until this is on the screen, painted. */
async function until(page, selector) {
  await page.locator(selector).first().waitFor();
  return page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now())))),
  );
}

/** Goes to the beginning of a conversation, page by page, and back to its middle. */
async function fetchAll(page) {
  const client = await page.context().newCDPSession(page);
  await client.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await page.evaluate(async () => {
    const box = document.querySelector(".scroller");
    while (!box.textContent.includes("The first words")) {
      box.scrollTop = 0;
      await new Promise((done) => setTimeout(done, 20));
    }
    box.scrollTop = box.scrollHeight / 2;
  });
  await client.send("Emulation.setCPUThrottlingRate", { rate: 4 });
}

const browser = await launch();
const [first, again, painted, sent, stored, frames] = [[], [], [], [], [], []];
for (let run = 0; run < RUNS; run++) {
  const { context, page } = await phone(browser);
  await page.goto(url, { waitUntil: "commit" });
  first.push(await until(page, 'a[href^="/pods/"]'));
  painted.push(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0));
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.goto(url, { waitUntil: "commit" });
  again.push(await until(page, 'a[href^="/pods/"]'));

  await page.goto(`${url}/pods/${pod}`);
  await page.locator("article").first().waitFor();
  await page
    .getByText(/ here|nobody here now|alone so far/)
    .first()
    .waitFor({ state: "attached" });
  const text = `measured ${run} ${Date.now()}`;
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  const times = await page.evaluate(async (text) => {
    const shown = () => [...document.querySelectorAll("article")].find((one) => one.textContent?.includes(text));
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const start = performance.now();
    document.querySelector(".send").click();
    while (!shown()) await frame();
    await frame();
    const there = performance.now() - start;
    while (shown()?.querySelector(".waiting")) await frame();
    return [there, performance.now() - start];
  }, text);
  sent.push(times[0]);
  stored.push(times[1]);

  if (asked) await fetchAll(page);
  // Scrolls through what is there, and asks how long each frame took.
  const worst = await page.evaluate(async () => {
    const box = document.querySelector(".scroller");
    const took = [];
    let last = performance.now();
    for (let step = 0; step < 120; step++) {
      box.scrollTop += step < 60 ? -90 : 90;
      await new Promise((done) => requestAnimationFrame(done));
      took.push(performance.now() - last);
      last = performance.now();
    }
    took.sort((a, b) => a - b);
    return took[Math.floor(took.length * 0.95)];
  });
  frames.push(worst);
  await context.close();
}
await browser.close();
console.log("| | median | each |\n| --- | --- | --- |");
show("first visit: something on the screen", painted);
show("first visit: the inbox, with its pods", first);
show("a later visit: the inbox, with its pods", again);
show("a sent message on the screen", sent);
show("and confirmed by the server", stored);
show("scrolling a conversation: 95 of 100 frames within", frames);
