// Finding messages: by words, in all pods, further back by itself, and to the message in its pod and on from there.
import { asking, assert, be, bubble, device, DESKTOP, PHONE, proxy, run, until } from "./support.mjs";

await run(async (browser, { url, pods: [long], lines, people: [ana] }) => {
  const way = await proxy(url);
  const { context, page } = await device(browser, PHONE);
  await be(context, way.url, ana);
  // What asks for messages waits here while it is held.
  let holds = () => false;
  const held = [];
  await page.route("**/v1/me/search?*", (route) => {
    if (holds(new URL(route.request().url()).searchParams)) held.push(route);
    else void route.continue();
  });
  const found = page.locator("a.found");
  const shows = (what, count) => until(what, async () => (await found.count()) === count);
  const marked = (place) => found.nth(place).locator("mark").allTextContents();

  // From the list of pods with one tap, and the field is ready.
  await page.goto(way.url);
  await page.getByRole("link", { name: "Find messages" }).click();
  const field = page.getByRole("searchbox", { name: "Words of the message" });
  await until("one can write", () => field.evaluate((input) => input === document.activeElement));
  await page.keyboard.type("fussballplatz");
  await shows("both are found", 2);
  const [first, second] = await found.allInnerTexts();
  assert(first.includes("Upstairs") && second.includes("By the desk"), `the newest first: ${first}, ${second}`);
  assert(second.includes("Person 2") && second.includes("👨‍👩‍👧"), `who said it, and all of it: ${second}`);
  assert((await marked(0)).join() === "FUSSBALLPLATZ", `marked: ${await marked(0)}`);
  assert((await marked(1)).join() === "Fußballplatz", `marked: ${await marked(1)}`);
  await until("the address has the words", () => page.url().endsWith("/search?q=fussballplatz"));

  // To the message in its pod, though it is many pages back: in view, marked for a moment, and nothing counts as read.
  await found.nth(1).click();
  const message = bubble(page, "We meet at the Fußballplatz");
  await message.waitFor();
  await page.locator("article.lit").waitFor();
  const inView = async () => {
    const [box, room] = [await message.boundingBox(), await page.locator(".scroller").boundingBox()];
    return box && room && box.y >= room.y && box.y + box.height <= room.y + room.height;
  };
  await until("it is in view", inView);
  const { items } = await asking(url)(ana, "GET", "/v1/me/pods");
  const { read_seq } = items.find(({ id }) => id === long);
  assert(read_seq < lines - 100, `read up to ${read_seq}`);

  // On from there to the newest, without a hole.
  const seen = new Set();
  await until("the newest", async () => {
    for (const text of await page.locator("article .text").allTextContents()) seen.add(text);
    await page.locator(".scroller").evaluate((box) => (box.scrollTop += box.clientHeight));
    return seen.has(`line ${lines}`);
  });
  for (let line = 31; line <= lines; line++) assert(seen.has(`line ${line}`), `line ${line} is not there`);

  // Back to what was found, which is there at once.
  holds = () => true;
  await page.getByRole("link", { name: "Back to what was found" }).click();
  await shows("the same", 2);
  assert((await field.inputValue()) === "fussballplatz", "the words are there");
  await page.goBack();
  await message.or(page.locator("article")).first().waitFor();
  await page.goBack();
  await shows("the same, by the browser's way back", 2);
  assert(held.length === 0, "it was asked for again");

  // The newer messages have nothing: it goes on by itself, and says so.
  holds = (query) => query.has("cursor");
  await field.fill("LANTERN");
  await page.getByText("Looking further back …").waitFor();
  holds = () => false;
  for (const route of held.splice(0)) void route.continue();
  await shows("the lantern", 1);
  assert((await marked(0)).join() === "lantern", `marked: ${await marked(0)}`);

  // What an older question is answered does not replace what a newer one was.
  holds = (query) => query.get("q") === "fussball";
  await field.fill("fussball");
  await until("it is asked", () => held.length === 1);
  await field.fill("lantern");
  await until("it is known", async () => (await page.locator("section[aria-busy=true]").count()) === 0);
  const answered = page.waitForResponse((response) => response.url().includes("q=fussball&"));
  for (const route of held.splice(0)) void route.continue();
  await (await answered).finished();
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  assert((await marked(0)).join() === "lantern", `the older one has won: ${await marked(0)}`);
  await field.fill("zzzz");
  await page.getByText("Nothing found").waitFor();

  // Without a network it says so, and looks when there is one again.
  way.down();
  await field.fill("fussballplatz");
  await page.getByText("No connection.").waitFor();
  way.up();
  await shows("found by itself", 2);

  // What is further back than is read at once says so, and one may go on.
  await field.fill("lantern");
  await shows("the lantern again", 1);
  await found.first().click();
  const lantern = bubble(page, "Whose lantern is this?");
  const further = page.getByRole("button", { name: "Go further back" });
  let ways = 0;
  await until("the lantern", async () => {
    await lantern.or(further).first().waitFor();
    if (await lantern.isVisible()) return true;
    ways++;
    await further.click();
    return false;
  });
  assert(ways === 3, `one has gone on ${ways} times`);

  // A place that one may not see, or that was never there.
  await page.goto(`${way.url}/pods/${long}?at=49999`);
  await page.getByText("The message is not there any more").waitFor();
  await page.getByRole("button", { name: "To the newest" }).click();
  await bubble(page, `line ${lines}`).waitFor();

  // On a desktop beside the list of pods.
  const desk = await device(browser, DESKTOP);
  await be(desk.context, url, ana);
  await desk.page.goto(`${url}/search?q=fussballplatz`);
  await until("found there", async () => (await desk.page.locator("a.found").count()) === 2);
  assert(await desk.page.locator(".inbox a.entry").first().isVisible(), "the list is there");
  await desk.page.locator("a.found").nth(1).click();
  await bubble(desk.page, "We meet at the Fußballplatz").waitFor();
});
