// Lists of events and people: read to their end, while what is in them moves, fails, or comes too late.
import { asking, assert, be, device, run, until } from "./support.mjs";

await run(async (browser, { url, events, crowd, people: [ana, ben, guest] }) => {
  const ask = asking(url);
  const { context, page } = await device(browser, { locale: "en-GB", timezoneId: "UTC" });
  await be(context, url, ana);
  await page.goto(`${url}/events`);
  const section = (name) => page.locator("section", { has: page.getByRole("heading", { name, exact: true }) });
  const shows = (what, list, count) => until(`${count} ${what}`, async () => (await list.count()) === count);
  const coming = section("Also coming up").getByRole("link");
  await shows("of one's own", section("You are going").getByRole("link"), 2);
  assert((await section("You are going").getByRole("link").first().innerText()).includes("Act 0"), "the soonest first");
  await shows("to come", coming, 28);

  // Between the two pages one moves from the first to the second; and the network fails once.
  await ask(ben, "PATCH", `/v1/events/${events[3]}`, { date_utc: "2031-02-03T21:00:00Z" });
  const more = section("Also coming up").getByRole("button");
  await context.route(/\/v1\/events\?.*cursor/, (route) => route.abort());
  await more.click();
  await page.getByText("The rest could not be loaded.").waitFor();
  await context.unroute(/\/v1\/events\?.*cursor/);
  await more.click();
  await shows("to come", coming, 33);
  assert((await coming.getByText("Act 3", { exact: true }).count()) === 1, "one is there twice");

  // A search that is overtaken says nothing any more.
  const field = page.getByRole("searchbox");
  let late;
  await context.route(/\/v1\/events\?.*q=Act\+11/, async (route) => {
    late = route;
  });
  await field.fill("Act 11");
  await until("the first search", () => late);
  await field.fill("Act 22");
  await page.getByRole("heading", { name: "Results" }).waitFor();
  await section("Results").getByRole("link").first().filter({ hasText: "Act 22" }).waitFor();
  await late.continue();
  await context.unroute(/\/v1\/events\?.*q=Act\+11/);
  await page.waitForLoadState("networkidle");
  assert((await section("Results").getByRole("link").first().innerText()).includes("Act 22"), "the late one has won");
  await field.fill("");

  await shows("memories", section("Where you have been").getByRole("link"), 10);
  assert(
    (await section("Where you have been").getByRole("link").first().innerText()).includes("Memory 0"),
    "the latest first",
  );
  await section("Where you have been").getByRole("button", { name: "Show more" }).click();
  await shows("memories", section("Where you have been").getByRole("link"), 12);

  // Everybody who goes can be reached, and it stays so.
  await page.goto(`${url}/events/${events[0]}`);
  const people = page.locator(".people li");
  await page.getByRole("heading", { name: `People ${crowd}` }).waitFor();
  await shows("people", people, 100);
  await page.getByRole("button", { name: "Show more people" }).click();
  await shows("people", people, crowd);
  await people.last().getByText("Person 1 (you)").waitFor();
  await ask(guest, "DELETE", `/v1/events/${events[0]}/members/me`);
  await shows("people", people, crowd - 1);
  await people.getByText("Guest 0", { exact: true }).waitFor({ state: "detached" });
  await ask(ben, "PUT", `/v1/events/${events[0]}/members/me`, {});
  await shows("people", people, crowd);
  await people.last().getByText("Person 2").waitFor();

  // One who came late and hides goes on wearing what they wear, and hiding.
  await ask(ana, "PUT", `/v1/events/${events[0]}/members/me`, { vibe_badges: ["front-row"], hidden: true });
  await page.reload();
  await shows("people", people, 100);
  await page.getByRole("button", { name: "Your badges" }).click();
  await page.getByRole("button", { name: "Front row", pressed: true }).waitFor();
  await page.getByRole("button", { name: /Sings every word/ }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const [mine] = (await ask(ana, "GET", "/v1/me/events")).items.filter(({ id }) => id === events[0]);
  assert(mine.hidden && mine.vibe_badges.length === 2, JSON.stringify(mine));
});
