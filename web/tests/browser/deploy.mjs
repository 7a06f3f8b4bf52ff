// Two builds, one after the other: the newer one is there at the first load after the deploy, is taken by a page that
// nobody looks at, offered to one in which somebody writes, and loses nothing. A worker that cannot be installed changes
// nothing, two tabs reload once each, and two builds that take turns do not reload a page over and over.
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { assert, be, device, run, say, texts, until, withoutWorkers } from "./support.mjs";

/** Serves what the server has, as the build of `version`; each is named and made of other files. */
async function deploys(url) {
  const { hostname, port } = new URL(url);
  const state = { version: 1, broken: false };
  const server = createServer((asked, answer) => {
    const named = /^(\/assets\/.*)-v(\d+)(\.js)$/.exec(asked.url);
    // A server has the files of its own build alone.
    if (named && Number(named[2]) !== state.version) return void answer.writeHead(404).end();
    const path = named ? named[1] + named[3] : asked.url;
    const headers = { ...asked.headers, "accept-encoding": "identity" };
    delete headers["if-none-match"];
    const passed = request({ hostname, port, path, method: asked.method, headers }, (got) => {
      const parts = [];
      got.on("data", (part) => parts.push(part));
      got.on("end", () => {
        let body = Buffer.concat(parts);
        const kind = got.headers["content-type"] ?? "";
        if (/html|javascript/.test(kind)) {
          let text = body.toString();
          // Scripts name each other by where they stand.
          text = text.replace(/((?:\/assets\/|"assets\/|["'`]\.\/)[\w.-]+)(\.js\b)/g, `$1-v${state.version}$2`);
          if (path === "/sw.js") {
            text = text.replace(/podium-[0-9a-f]+/, `$&${state.version}`);
            if (state.broken) text = text.replace(`-v${state.version}`, "-v0");
          }
          if (named) text = `globalThis.version = ${named[2]};\n${text}`;
          body = Buffer.from(text);
        }
        const told = { ...got.headers };
        for (const name of ["content-length", "etag", "transfer-encoding"]) delete told[name];
        answer.writeHead(got.statusCode, told).end(body);
      });
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  server.on("upgrade", (asked, socket) => {
    const upstream = connect(Number(port), hostname, () => {
      const lines = Object.entries(asked.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      upstream.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join("")}\r\n`);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, { url: `http://127.0.0.1:${server.address().port}` });
}

const version = (page) => page.evaluate(() => globalThis.version).catch(() => null);

/** What the browser says of a page that comes into view, or goes out of it. */
function becomes(page, visibility) {
  return page.evaluate((visibility) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => visibility });
    document.dispatchEvent(new Event("visibilitychange"));
  }, visibility);
}

/** Counts how often a page is loaded from now on. */
function loads(page) {
  const count = { loads: 0 };
  page.on("load", () => count.loads++);
  return count;
}

const offer = (page) => page.getByText("A new version of Podium is here.");

await run(async (browser, { url, pod, people: [ana] }) => {
  const site = await deploys(url);
  const { context, page } = await device(browser);
  await be(context, site.url, ana);
  const here = `${site.url}/pods/${pod}`;
  const open = async (page) => {
    await page.goto(here);
    await page.getByRole("textbox", { name: "Message" }).waitFor();
  };
  await open(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await until("the worker has the page", () => page.evaluate(() => navigator.serviceWorker.controller !== null));
  assert((await version(page)) === 1, "the first version");

  // The first visit after a deploy ends in the new version, by itself and once.
  site.version = 2;
  let count = loads(page);
  await open(page);
  await until("the first visit is of the second version", async () => (await version(page)) === 2);
  await page.waitForLoadState("load");
  assert(count.loads === 2, `the page was loaded ${count.loads} times`);

  // An open page in which somebody writes is told when it comes into view, and keeps what is written. So that a page does
  // not begin anew again and again, that is not done by itself so soon; the offer is there.
  const field = page.getByRole("textbox", { name: "Message" });
  await field.pressSequentially("half a thou");
  site.version = 3;
  count = loads(page);
  await becomes(page, "visible");
  await offer(page).waitFor();
  await becomes(page, "hidden");
  await becomes(page, "visible");
  assert((await version(page)) === 2 && count.loads === 0, "nothing is taken from under the fingers");
  await page.getByRole("button", { name: "Update" }).click();
  await until("the third version is taken", async () => (await version(page)) === 3);
  await page.waitForLoadState("load");
  assert((await field.inputValue()) === "half a thou", "what was being typed is there");
  assert(count.loads === 1, `it was loaded ${count.loads} times`);
  assert(!(await offer(page).isVisible()), "there is nothing more to take");

  // A worker that cannot be installed: what is at hand goes on, and the next look is another try.
  site.version = 4;
  site.broken = true;
  await becomes(page, "visible");
  await until("it has failed", () =>
    page.evaluate(async () => {
      const { installing, waiting } = await navigator.serviceWorker.getRegistration();
      return !installing && !waiting;
    }),
  );
  await field.fill("");
  await page.reload();
  await field.waitFor();
  assert((await version(page)) === 3, "the version at hand is whole");
  await say(page, "from the third version");
  await until("it is stored", async () => (await texts(page)).at(-1)?.state === "stored");

  // Two tabs: one takes it, the other is told, hidden begins anew by itself, and each does so once.
  const other = await context.newPage();
  await open(other);
  await other.evaluate(() => dispatchEvent(new PointerEvent("pointerdown")));
  // Long ago for the one, never for the other.
  await other.evaluate(() => sessionStorage.removeItem("podium.reloaded"));
  await page.evaluate(() => dispatchEvent(new PointerEvent("pointerdown")));
  // Not before both were touched: a page that nobody has touched takes what it finds.
  site.broken = false;
  const [one, two] = [loads(page), loads(other)];
  await becomes(page, "visible");
  await offer(page).waitFor();
  await offer(other).waitFor();
  await page.getByRole("button", { name: "Update" }).click();
  await until("the tab that took it has it", async () => (await version(page)) === 4);
  await page.waitForLoadState("load");
  assert((await version(other)) === 3, "the other one goes on as it was");
  // The files of its own version are at hand, though the server has them no more.
  const script = await other.evaluate(async () => {
    const { src } = document.querySelector("script[src]");
    return (await fetch(src)).status;
  });
  assert(script === 200, `the files of the version before answer ${script}`);
  await becomes(other, "hidden");
  await until("it has it, too, when nobody looks", async () => (await version(other)) === 4);
  await other.waitForLoadState("load");
  assert(one.loads === 1 && two.loads === 1, `loaded ${one.loads} and ${two.loads} times`);
  await until("the message is there", async () =>
    (await texts(page)).some(({ text }) => text === "from the third version"),
  );

  // Two builds take turns, as in the middle of a deploy: a page does not begin anew each time.
  count = loads(other);
  for (const turn of [5, 4, 5]) {
    site.version = turn;
    await becomes(other, "visible");
    await offer(other).waitFor();
    await becomes(other, "hidden");
  }
  assert(count.loads === 0, `two builds reloaded a page ${count.loads} times`);

  // Without a worker a page that was opened before a deploy lacks the parts that it has not loaded: they say so, and the
  // new version opens where one wanted to go.
  const bare = await device(browser);
  await withoutWorkers(bare);
  await be(bare.context, site.url, ana);
  await open(bare.page);
  await bare.page.evaluate(() => dispatchEvent(new PointerEvent("pointerdown")));
  site.version = 6;
  await bare.page.getByRole("link", { name: "You", exact: true }).click();
  await bare.page.getByText("There is a new version of Podium, which has it.").waitFor();
  assert((await version(bare.page)) === 5, "nothing is taken from under the fingers");
  await bare.page.getByRole("main").getByRole("button", { name: "Update" }).click();
  await bare.page.getByText("How others see you").waitFor();
  assert((await version(bare.page)) === 6, "the new version");
});
