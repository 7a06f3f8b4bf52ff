// Fast thumbs on a phone and in a second tab: what is said to be one's own is never more than what the server has
// accepted, taps over the rate are caught up calmly, a reload loses none, and in the end each is counted once.
import { asking, assert, be, device, PHONE, run, until } from "./support.mjs";
import { card } from "./wall_support.mjs";

await run(async (browser, { url, event, people: [ana, ben] }) => {
  const ask = asking(url);
  const { id } = await ask(ben, "POST", `/v1/events/${event}/posts`, { kind: "hype", body: { text: "Encore" } });
  const { context, page } = await device(browser, PHONE);
  await be(context, url, ana);
  /** Every sending: when, and what was said. */
  const sent = [];
  context.on("request", (request) => {
    if (request.url().endsWith(`/v1/posts/${id}/hype/me`)) sent.push(Date.now());
  });
  const at = `${url}/events/${event}?tab=wall`;
  await page.goto(at);
  const stage = card(page, "Encore");
  await stage.getByText("Tap as fast as you can").waitFor();
  const button = (page) => card(page, "Encore").getByRole("button", { name: "Hype: Encore" });
  await button(page).scrollIntoViewIfNeeded();

  // Three fingers, faster than anybody's: a hundred and fifty taps at once.
  const thumbs = (page, taps) =>
    button(page).evaluate((element, taps) => {
      for (let tap = 0; tap < taps; tap++) {
        const init = { bubbles: true, pointerId: tap % 3, pointerType: "touch", button: 0, isPrimary: tap % 3 === 0 };
        element.dispatchEvent(new PointerEvent("pointerdown", init));
        element.dispatchEvent(new PointerEvent("pointerup", init));
      }
    }, taps);
  const own = async () => Number(/(\d+) from you/.exec(await stage.innerText())?.[1] ?? 0);
  const left = async () => Number(/\+(\d+) on the way/.exec(await stage.innerText())?.[1] ?? 0);
  await thumbs(page, 150);
  assert((await left()) + (await own()) >= 140, "each tap is seen at once");
  await stage.getByText("It is catching up.").waitFor();
  for (let look = 0; look < 10; look++) {
    const shown = await own();
    const { mine } = await ask(ana, "GET", `/v1/posts/${id}`);
    assert(shown <= (mine.hype ?? 0), `${shown} are said to be accepted, and ${mine.hype} are`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  // A reload in between: what was tapped is written down already.
  await page.reload();
  await button(page).waitFor();
  const tab = await context.newPage();
  await tab.goto(at);
  await button(tab).waitFor();
  // A browser takes a touch back from a page that is too slow to answer, so what counts is what each page was given.
  const count = () => {
    globalThis.given = { touches: 0, keys: 0 };
    const isOnStage = ({ target }) => target instanceof Element && target.closest("button.stage") !== null;
    addEventListener("pointerup", (event) => isOnStage(event) && globalThis.given.touches++, true);
    addEventListener("click", (event) => isOnStage(event) && event.detail === 0 && globalThis.given.keys++, true);
  };
  for (const one of [page, tab]) await one.evaluate(count);
  await button(tab).tap();
  await button(page).tap();
  await button(page).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Space");
  const given = () => Promise.all([page, tab].map((one) => one.evaluate(() => globalThis.given)));
  const all = async () => (await given()).reduce((sum, { keys, touches }) => sum + keys + touches, 150);
  const mine = async () => (await ask(ana, "GET", `/v1/posts/${id}`)).mine.hype;
  await until("each is counted once", async () => (await mine()) === (await all()));
  await until("and shown", async () => (await own()) === (await all()) && (await left()) === 0);
  assert((await given())[0].keys === 2 && (await all()) > 152, `the pages were given ${JSON.stringify(await given())}`);
  const other = await ask(ben, "GET", `/v1/posts/${id}`);
  assert(other.hype === (await all()), `the total is ${other.hype}`);
  // Of one tab at a time: about three a second.
  const first = sent.filter((at) => at - sent[0] < 2_000).length;
  assert(first <= 8, `${first} sendings within two seconds`);
});
