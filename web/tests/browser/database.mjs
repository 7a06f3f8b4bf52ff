// The device's database ends, aborts, is full, or is not there: what is written is kept all the same, or says that it is
// not, and goes out in any case.
import { assert, be, bubble, device, holdsOn, keptTexts, proxy, run, say, texts, until } from "./support.mjs";

const ALONE = "Kept in this tab alone";

/** From now on, writing to the device fails so many times. */
function failWrites(page, how, times = Infinity) {
  return page.evaluate(
    ({ how, times }) => {
      const put = (globalThis.honestPut ??= IDBObjectStore.prototype.put);
      let left = times ?? Infinity;
      IDBObjectStore.prototype.put = function (...given) {
        if (this.name !== "outbox" || left-- <= 0) return put.apply(this, given);
        if (how === "full") throw new DOMException("the quota has been exceeded", "QuotaExceededError");
        const request = put.apply(this, given);
        this.transaction.abort();
        return request;
      };
    },
    { how, times: times === Infinity ? null : times },
  );
}

async function waits(page, text) {
  await until(`“${text}” is shown as on its way`, async () =>
    (await texts(page)).some((one) => one.text === text && one.state === "waiting"),
  );
}

async function stored(page, text) {
  await until(`“${text}” is stored`, async () =>
    (await texts(page)).some((one) => one.text === text && one.state === "stored"),
  );
}

await run(async (browser, { url, pod, people: [ana, ben] }) => {
  const network = await proxy(url);
  const { context, page } = await device(browser);
  await be(context, network.url, ana);
  await page.goto(`${network.url}/pods/${pod}`);
  await say(page, "before it all");
  await stored(page, "before it all");
  await page.evaluate(() => navigator.serviceWorker.ready);

  // The browser ends the connection, as iOS does when memory is short.
  const debug = await context.newCDPSession(page);
  network.down();
  await page.getByText("What you write is kept").waitFor();
  await debug.send("Storage.clearDataForOrigin", { origin: network.url, storageTypes: "indexeddb" });
  await say(page, "after the end");
  await waits(page, "after the end");
  await until("it is written to a new database", async () => (await keptTexts(page)).includes("after the end"));
  assert(!(await page.getByText(ALONE).isVisible()), "what is kept is not said to be in this tab alone");
  await page.reload();
  await waits(page, "after the end");

  // A transaction that is aborted is tried again.
  await failWrites(page, "abort", 1);
  await say(page, "after an abort");
  await until("it is written the second time", async () => (await keptTexts(page)).includes("after an abort"));
  assert(!(await page.getByText(ALONE).isVisible()), "an abort is mended in silence");

  // A device that is full for good: the message says so, and the browser asks before the words go.
  await failWrites(page, "full");
  await say(page, "on a full device");
  await bubble(page, "on a full device").getByText(ALONE).waitFor();
  assert(!/quota/i.test(await page.locator("body").innerText()), "nobody is told of quotas");
  assert(await holdsOn(page), "the browser asks before the page goes");
  // There is room again: it is kept after all, in its turn, and nothing is said any more.
  await failWrites(page, "full", 0);
  await page.getByText(ALONE).waitFor({ state: "detached" });
  assert(
    JSON.stringify(await keptTexts(page)) === JSON.stringify(["after the end", "after an abort", "on a full device"]),
    "all three are kept, in their order",
  );
  assert(!(await holdsOn(page)), "nothing would be lost any more");

  // What this tab alone has goes out like everything else.
  await failWrites(page, "full");
  await say(page, "alone, and sent");
  await bubble(page, "alone, and sent").getByText(ALONE).waitFor();
  network.up();
  await stored(page, "alone, and sent");
  await page.getByText(ALONE).waitFor({ state: "detached" });
  assert(!(await holdsOn(page)), "what is sent holds nobody");
  const wanted = ["before it all", "after the end", "after an abort", "on a full device", "alone, and sent"];
  assert(JSON.stringify((await texts(page)).map(({ text }) => text)) === JSON.stringify(wanted), "in their order");
  await context.close();

  // Browsers without a database, and one whose database never answers.
  const without = [
    () =>
      Object.defineProperty(globalThis, "indexedDB", {
        get() {
          throw new DOMException("denied", "SecurityError");
        },
      }),
    () => Object.defineProperty(globalThis, "indexedDB", { value: null }),
    () => (IDBFactory.prototype.open = () => new EventTarget()),
  ];
  for (const [number, script] of without.entries()) {
    const bare = await device(browser);
    await be(bare.context, network.url, ben);
    await bare.context.addInitScript(script);
    await bare.page.goto(`${network.url}/pods/${pod}`);
    await stored(bare.page, "alone, and sent");
    network.down();
    await bare.page.getByText("What you write is kept").waitFor();
    await say(bare.page, `without a database ${number}`);
    await bubble(bare.page, `without a database ${number}`).getByText(ALONE).waitFor();
    network.up();
    await stored(bare.page, `without a database ${number}`);
    await bare.context.close();
  }
});
