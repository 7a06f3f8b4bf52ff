// A long wall and a long talk: read on a page at a time, each once, and a page that does not come is asked for again.
import { asking, assert, be, device, PHONE, run, until } from "./support.mjs";
import { card } from "./wall_support.mjs";

await run(async (browser, { url, event, people: [ana, ben] }) => {
  const ask = asking(url);
  const write = (text) => ask(ben, "POST", `/v1/events/${event}/posts`, { kind: "text", body: { text } });
  for (let number = 0; number < 50; number++) await write(`Post ${number};`);
  const { id } = await write("With comments");
  for (let number = 0; number < 45; number++)
    await ask(ben, "POST", `/v1/posts/${id}/comments`, { text: `Word ${number};` });
  const { context, page } = await device(browser, { ...PHONE, reducedMotion: "reduce" });
  await be(context, url, ana);
  await page.goto(`${url}/events/${event}?tab=wall`);
  const older = page.getByRole("button", { name: "Show older posts" });
  await older.waitFor();
  const texts = async () => (await page.locator("article .words").allTextContents()).map((text) => text.trim());
  assert((await texts()).length === 20, "a page at first");
  await context.route(/\/posts\?.*cursor=/, (route) => route.abort());
  await older.tap();
  await page.getByText("The rest could not be loaded.").waitFor();
  await context.unroute(/\/posts\?.*cursor=/);
  await page.getByRole("button", { name: "Try again" }).tap();
  await until("the second page", async () => (await texts()).length === 40);
  await older.tap();
  await until("the last page", async () => (await texts()).length === 51);
  await older.waitFor({ state: "detached" });
  const wanted = ["With comments", ...Array.from({ length: 50 }, (_, number) => `Post ${49 - number};`)];
  assert((await texts()).join() === wanted.join(), "in order, each once");

  // Further down nothing moves when something comes.
  await card(page, "Post 20;").scrollIntoViewIfNeeded();
  const before = await card(page, "Post 20;").boundingBox();
  await write("News");
  await page.getByRole("button", { name: "1 new post" }).waitFor();
  const after = await card(page, "Post 20;").boundingBox();
  assert(Math.abs(before.y - after.y) < 1, "what one reads stays where it is");
  await page.getByRole("button", { name: "1 new post" }).tap();
  await card(page, "News").waitFor();
  await until("the new one is in view", async () => (await card(page, "News").boundingBox()).y < 700);

  await card(page, "With comments").getByRole("button", { name: "45 comments" }).tap();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Word 29;", { exact: true }).waitFor();
  assert((await dialog.getByText("Word 30;", { exact: true }).count()) === 0, "a page at first");
  await dialog.getByRole("button", { name: "Show more" }).tap();
  await dialog.getByText("Word 44;", { exact: true }).waitFor();
  const words = (await dialog.locator("li .words").allTextContents()).map((text) => text.trim());
  assert(
    words.join() === Array.from({ length: 45 }, (_, number) => `Word ${number};`).join(),
    "the oldest first, each once",
  );
  // One that comes while all are read is there without asking.
  await ask(ben, "POST", `/v1/posts/${id}/comments`, { text: "The last word" });
  await dialog.getByText("The last word", { exact: true }).waitFor();
});
