// An event's link, opened by somebody without an account: what it is and what goes on there, and "I'm going", which leads
// through signing up and back, query and all. An address alone lets nobody go anywhere.
import { asking, assert, device, PHONE, run, signUp, until } from "./support.mjs";

await run(async (browser, { url, event, slug, people: [ana] }) => {
  const ask = asking(url);
  const { context, page } = await device(browser, { ...PHONE, permissions: ["clipboard-read", "clipboard-write"] });
  const address = `${url}/events/${slug}?from=poster`;

  // The network is gone at first.
  await context.route("**/v1/events/**", (route) => route.abort());
  await page.goto(address);
  await page.getByText("This could not be loaded").waitFor();
  await context.unroute("**/v1/events/**");
  await page.getByRole("button", { name: "Try again" }).click();

  await page.getByRole("heading", { name: "Ólafur Arnalds" }).waitFor();
  const seen = await ask(ana, "GET", `/v1/events/${slug}`);
  if (seen.going !== undefined) await page.getByText("2 people are going. 1 open pod has 3 free seats.").waitFor();
  const calendar = await page.getByRole("link", { name: "Add to calendar" }).getAttribute("href");
  assert(calendar === `/v1/events/${event}.ics`, calendar);
  const shared = await device(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  await shared.page.goto(address);
  await shared.page.getByRole("button", { name: "Share" }).click();
  await shared.page.getByText("The link is copied.").waitFor();
  const copied = await shared.page.evaluate(() => navigator.clipboard.readText());
  assert(copied === `${url}/events/${slug}`, copied);

  // In one go, and the address is what it was.
  await page.getByRole("link", { name: "I'm going" }).click();
  await signUp(page, { name: "Mia", email: "mia@example.org", password: "the floor shakes at nine" });
  await page.getByRole("heading", { name: "You are going" }).waitFor();
  assert(page.url() === address, page.url());
  await page.getByRole("link", { name: "Crew" }).click();
  await page.getByRole("heading", { name: "People 3" }).waitFor();
  assert(page.url() === `${address}&tab=crew`, page.url());

  // Whoever sends such an address does not decide for others.
  const leo = await device(browser);
  await leo.page.goto(`${url}/signup`);
  await signUp(leo.page, { name: "Leo", email: "leo@example.org", password: "moth twice, tears twice" });
  await leo.page.getByText("No pod yet").waitFor();
  await leo.page.goto(`${url}/events/${slug}?going=1`);
  await leo.page.getByRole("button", { name: "I'm going" }).waitFor();
  await until("the address is clean", () => leo.page.url() === `${url}/events/${slug}`);
  const { access_token } = await leo.page.evaluate(() => JSON.parse(localStorage.getItem("podium.session")));
  assert((await ask({ token: access_token }, "GET", "/v1/me/events")).items.length === 0, "Leo was taken along");

  // The list and its search, and the way to put one up.
  const stranger = await device(browser);
  await stranger.page.goto(`${url}/events`);
  await stranger.page.getByRole("link", { name: "Ólafur Arnalds" }).waitFor();
  await stranger.page.getByRole("searchbox").fill("zzzzz");
  await stranger.page.getByText("No such event").waitFor();
  await stranger.page.getByRole("link", { name: "Add it" }).click();
  await signUp(stranger.page, { name: "Noor", email: "noor@example.org", password: "a lamp for every seat" });
  await stranger.page.getByRole("dialog", { name: "Add an event" }).waitFor();
  assert(stranger.page.url() === `${url}/events?q=zzzzz`, stranger.page.url());
  assert((await stranger.page.getByLabel("Who plays?").inputValue()) === "zzzzz", "what was looked for");

  await ask(ana, "PATCH", `/v1/events/${event}`, { cancelled: true });
  await shared.page.reload();
  await shared.page.getByText("It was called off, so it does not take place.").waitFor();
  assert((await shared.page.getByRole("link", { name: "I'm going" }).count()) === 0, "one can go there");
  await shared.page.goto(`${url}/events/no-such-event`);
  await shared.page.getByText("No such event").waitFor();
  await shared.page.getByRole("link", { name: "See all events" }).click();
  await shared.page.getByRole("heading", { name: "Events" }).waitFor();
});
