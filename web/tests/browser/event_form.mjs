// An event is put up in the time of its place, from wherever: the zone is offered, what will be stored is told, and what
// the clocks there never show, or show twice, is asked about. What is over already is asked about, too.
import { asking, assert, be, device, run, until } from "./support.mjs";

await run(async (browser, { url, people: [ana] }) => {
  const ask = asking(url);
  const { context, page } = await device(browser, { locale: "en-GB", timezoneId: "Europe/Berlin" });
  await be(context, url, ana);
  const field = (label) => page.getByLabel(label);
  const starts = field("When does it start?");
  const ends = field("When does it end?");
  const zone = field("Time zone");
  const summary = page.locator(".summary");
  const isZone = (name) => until(name, async () => (await zone.inputValue()) === name);
  const tells = (text) => summary.filter({ hasText: text }).waitFor();
  const put = page.getByRole("button", { name: /^Add it/ });
  const open = async (artist, venue, city, when) => {
    await page.goto(`${url}/events`);
    await page.getByRole("button", { name: "Add an event" }).click();
    await field("Who plays?").fill(artist);
    await field("Venue").fill(venue);
    await field("City").fill(city);
    await starts.fill(when);
  };
  /** Puts it up, and gives what the server has of it. */
  const stored = async () => {
    await put.click();
    await page.waitForURL(/\/events\/[0-9a-f-]{36}$/);
    await page.getByRole("heading", { name: /^People/ }).waitFor();
    return ask(ana, "GET", new URL(page.url()).pathname.replace("/events/", "/v1/events/"));
  };

  // New York, 20:00, from Berlin.
  await open("Paper Lanterns", "Bowery", "New York", "2031-06-09T20:00");
  await isZone("America/New_York");
  await tells(/Monday,? 9 June 2031, 20:00 in New York; that is 02:00 on Tuesday for you/);
  await tells("That is in 2031, more than two years from now.");
  assert((await zone.locator("option:checked").textContent()).trim() === "New York (UTC−4)", "the zone's name");
  // The device's own is the first that is offered.
  assert((await zone.locator("option").first().textContent()).startsWith("Berlin (UTC+"), "the first zone");
  const first = await stored();
  assert(first.date_utc === "2031-06-10T00:00:00Z" && first.time_zone === "America/New_York", JSON.stringify(first));
  await page.getByText("Monday, 20:00 New York time").waitFor();

  // The same again is the same event.
  await open("Paper Lanterns", "Bowery", "New York", "2031-06-09T21:00");
  await put.click();
  await page.getByRole("link", { name: "See it" }).click();
  await page.waitForURL(`${url}/events/${first.id}`);

  // Where other events in that city are; and what a person has chosen stays.
  await open("Moth", "Barrowland", "Springfield", "2031-10-26T02:30");
  await isZone("America/Chicago");
  await zone.selectOption("Europe/Berlin");
  await field("City").fill("New York");
  await field("City").fill("Berlin");

  // A time that comes twice is asked about.
  await page.getByRole("group", { name: "02:30 comes twice" }).waitFor();
  assert((await zone.inputValue()) === "Europe/Berlin", "the zone was changed under the person");
  await put.click();
  await page.getByText("Choose first which time you mean.").waitFor();
  await page.getByRole("button", { name: "The second (UTC+1)" }).click();
  await tells("02:30 in Berlin.");

  // What was typed outlives a reload, and so does the zone that was chosen.
  await page.reload();
  await page.getByRole("button", { name: "Add an event" }).click();
  assert((await field("Who plays?").inputValue()) === "Moth", "what was typed is gone");
  await isZone("Europe/Berlin");
  await page.getByRole("button", { name: "The second (UTC+1)" }).click();
  const second = await stored();
  assert(second.date_utc === "2031-10-26T01:30:00Z" && second.time_zone === "Europe/Berlin", JSON.stringify(second));

  // One that never comes is asked about, and nothing is moved in silence.
  await open("Moth", "SO36", "Berlin", "2031-03-30T02:30");
  await page.getByRole("group", { name: "02:30 does not exist" }).waitFor();
  await put.click();
  await page.getByText("Choose first which time you mean.").waitFor();
  await page.getByRole("button", { name: "03:30", exact: true }).click();
  assert((await starts.inputValue()) === "2031-03-30T03:30", await starts.inputValue());
  // An end lies behind the start, and not too far.
  await ends.fill("2031-03-29T23:00");
  await page.getByText("It must not end before it starts.").waitFor();
  await ends.fill("2031-05-01T23:00");
  await page.getByText("It must end at most 31 days after it starts.").waitFor();
  await put.click();
  await ends.fill("2031-04-01T20:00");
  await tells(/until Tuesday,? 1 April 2031, 20:00/);
  const third = await stored();
  assert(third.date_utc === "2031-03-30T01:30:00Z" && third.ends_at === "2031-04-01T18:00:00Z", JSON.stringify(third));

  // A year that is over.
  await open("Moth", "SO36", "Berlin", "2020-06-01T20:00");
  await put.click();
  await page.getByText("That day is over. Add it all the same?").waitFor();
  assert((await ask(ana, "GET", "/v1/me/events")).items.length === 3, "it was put up without an answer");
  // Another day is another question.
  await starts.fill("2021-06-01T20:00");
  await page.getByText("That day is over.").waitFor({ state: "detached" });
  await put.click();
  await page.getByRole("button", { name: "Add it all the same" }).waitFor();
  const fourth = await stored();
  assert(fourth.date_utc === "2021-06-01T18:00:00Z", JSON.stringify(fourth));
});
