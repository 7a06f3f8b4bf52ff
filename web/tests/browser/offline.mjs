// Twenty seconds without a network, five messages typed, a reload in between: each is shown once, in order, confirmed,
// on both sides.
import { assert, be, device, proxy, run, say, texts, until } from "./support.mjs";

/** How long the network is gone, in milliseconds. */
const GONE = 20_000;

await run(async (browser, { url, pod, people: [ana, ben] }) => {
  const network = await proxy(url);
  const one = await device(browser);
  await be(one.context, network.url, ana);
  const other = await device(browser);
  await be(other.context, url, ben);
  await one.page.goto(`${network.url}/pods/${pod}`);
  await other.page.goto(`${url}/pods/${pod}`);
  await say(one.page, "before it all");
  await until("the other one reads along", async () =>
    (await texts(other.page)).some(({ text }) => text === "before it all"),
  );
  // The shell is on the device from now on, so that it opens without a network.
  await one.page.evaluate(() => navigator.serviceWorker.ready);

  network.down();
  const since = Date.now();
  await one.page.getByText("What you write is kept").waitFor();
  for (const number of [1, 2, 3]) await say(one.page, `offline ${number}`);
  assert(
    (await texts(one.page)).filter(({ state }) => state === "waiting").length === 3,
    "what is typed shows at once",
  );
  await one.page.getByRole("textbox", { name: "Message" }).fill("half a thou");
  // What is shown is kept a moment later.
  await until("the three are kept", () =>
    one.page.evaluate(async () => {
      const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith("podium-"));
      const done = (request) =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const db = await done(indexedDB.open(name));
      const kept = await done(db.transaction("outbox").objectStore("outbox").count());
      db.close();
      return kept === 3;
    }),
  );
  await one.page.reload();
  await until(
    "the three are there after the reload",
    async () => (await texts(one.page)).filter(({ state }) => state === "waiting").length === 3,
  );
  const field = one.page.getByRole("textbox", { name: "Message" });
  assert((await field.inputValue()) === "half a thou", "what was being typed is kept");
  for (const number of [4, 5]) await say(one.page, `offline ${number}`);
  await say(other.page, "where are you?");
  await until("that is stored before the others", async () => (await texts(other.page)).at(-1)?.state === "stored");
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, GONE - (Date.now() - since))));
  network.up();

  const wanted = ["before it all", "where are you?", ...[1, 2, 3, 4, 5].map((number) => `offline ${number}`)];
  for (const { page } of [one, other]) {
    await until("everything is there, and confirmed", async () => {
      const all = await texts(page);
      return all.length === wanted.length && all.every(({ state }) => state === "stored");
    });
    const all = (await texts(page)).map(({ text }) => text);
    assert(JSON.stringify(all) === JSON.stringify(wanted), `shown: ${all.join(" | ")}`);
  }
  // And it stays so.
  for (const { page } of [one, other]) {
    await page.reload();
    await until("the same after a reload", async () => {
      const all = (await texts(page)).filter(({ state }) => state === "stored").map(({ text }) => text);
      return JSON.stringify(all) === JSON.stringify(wanted);
    });
  }
  await one.page.getByText("What you write is kept").waitFor({ state: "detached" });
});
