// What the browser tests share. A scenario is told by one line of JSON on the input; what is wrong ends the script with 1.
import { createServer, connect } from "node:net";
import { createInterface } from "node:readline";
import { launch } from "../../scripts/browser.mjs";

/** How long a condition may take on a busy machine, in milliseconds. */
export const PATIENCE = Number(process.env.PATIENCE ?? 60_000);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** The next line of the input. */
export async function told() {
  const { value, done } = await lines.next();
  if (done) throw new Error("the input has ended");
  return JSON.parse(value);
}

/** Tells the test that something has happened. */
export function tell(event, data = {}) {
  process.stdout.write(`${JSON.stringify({ event, ...data })}\n`);
}

export function assert(condition, message) {
  if (!condition) throw new Error(message);
}

/** Waits until it is so. */
export async function until(what, condition) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A TCP proxy in front of the server; `down` cuts what goes through and refuses more until `up`. */
export async function proxy(url) {
  const { hostname, port } = new URL(url);
  const open = new Set();
  let isDown = false;
  const server = createServer((client) => {
    if (isDown) return void client.destroy();
    const upstream = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ]) {
      open.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => (open.delete(from), to.destroy()));
      from.pipe(to);
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    down() {
      isDown = true;
      open.forEach((socket) => socket.resetAndDestroy());
    },
    up() {
      isDown = false;
    },
  };
}

export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
export const DESKTOP = { viewport: { width: 1280, height: 800 } };

/** Errors that a page has met; a test that is done with a page asks that there are none. */
const troubles = [];

/** Somebody's browser: a context that shares nothing with another's. */
export async function device(browser, options = {}) {
  const context = await browser.newContext({ ...DESKTOP, ...options });
  context.setDefaultTimeout(PATIENCE);
  context.setDefaultNavigationTimeout(PATIENCE);
  const page = await context.newPage();
  page.on("pageerror", (error) => troubles.push(error.stack ?? String(error)));
  page.on("console", (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) troubles.push(message.text());
  });
  return { context, page };
}

/** Makes a browser one that knows no service workers, as at an address without https. */
export async function withoutWorkers({ context }) {
  await context.addInitScript(() =>
    Object.defineProperty(Navigator.prototype, "serviceWorker", { get: () => undefined }),
  );
}

/** No page has met an error so far. */
export function untroubled() {
  assert(troubles.length === 0, `the pages had troubles:\n${troubles.join("\n")}`);
}

/** Runs a scenario with a browser, and ends the script. */
export async function run(scenario, options = {}) {
  const given = await told();
  const browser = await launch(options);
  try {
    await scenario(browser, given);
    untroubled();
    tell("done");
  } catch (error) {
    for (const context of browser.contexts()) {
      for (const page of context.pages()) {
        const text = await page.evaluate(() => document.body.innerText).catch(() => "?");
        console.error(`--- ${page.url()}\n${text}\n`);
      }
    }
    console.error(error, troubles.join("\n"));
    process.exitCode = 1;
  }
  await browser.close();
  process.exit();
}

/** Asks the server as this person, without a browser. */
export function asking(url) {
  return async ({ token }, method, path, body) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  };
}

/** Fills in the page to sign up. */
export async function signUp(page, { name, email, password }) {
  await page.getByLabel("What should people call you?").fill(name);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Make my account" }).click();
}

/** Is somebody whose token was minted: in for the browser, without an account. */
export async function be(context, url, { token }) {
  const answer = await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
  const kept = { access_token: token, expires_at: Date.now() + 3_600_000, profile: await answer.json() };
  await context.addInitScript((session) => {
    if (location.protocol !== "about:" && !localStorage.getItem("podium.session"))
      localStorage.setItem("podium.session", session);
  }, JSON.stringify(kept));
}

/** Signs in on the page that is there for it. */
export async function signIn(page, { email, password }) {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** What the device keeps of what is unsent, as texts. */
export function keptTexts(page) {
  return page.evaluate(async () => {
    const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith("podium-"));
    if (!name) return [];
    const done = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const db = await done(indexedDB.open(name));
    const kept = db.objectStoreNames.contains("outbox")
      ? await done(db.transaction("outbox").objectStore("outbox").getAll())
      : [];
    db.close();
    return kept.sort((a, b) => a.place - b.place).map(({ wish }) => wish.text);
  });
}

/** Whether the browser would ask before it lets the page go. */
export function holdsOn(page) {
  return page.evaluate(() => !dispatchEvent(new Event("beforeunload", { cancelable: true })));
}

/** Says something in the pod that is open. */
export async function say(page, text) {
  const field = page.getByRole("textbox", { name: "Message" });
  await field.fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

/** The message with this text. */
export function bubble(page, text) {
  return page.getByRole("article").filter({ has: page.locator(".text", { hasText: text }) });
}

/** Every text that is shown, in order, and how it fares. */
export function texts(page) {
  return page.locator("article").evaluateAll((all) =>
    all.map((one) => {
      const state = ["waiting", "failed"].find((name) => one.querySelector(`.bubble.${name}`)) ?? "stored";
      return { text: one.querySelector(".text")?.textContent ?? "", state };
    }),
  );
}
