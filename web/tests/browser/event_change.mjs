// One's own event: changed with what has changed alone, called off and on again, and taken down while nobody else goes.
// The others see it at once, and their page does not move for it.
import { asking, assert, be, device, PHONE, run, until } from "./support.mjs";

await run(async (browser, { url, event, people: [ana, ben] }) => {
  const ask = asking(url);
  const own = await device(browser, { locale: "en-GB", timezoneId: "Europe/Berlin" });
  const other = await device(browser, { ...PHONE, locale: "en-GB", timezoneId: "Europe/Lisbon" });
  await be(own.context, url, ana);
  await be(other.context, url, ben);
  for (const { page } of [own, other]) {
    await page.goto(`${url}/events/${event}?tab=crew`);
    await page.getByRole("heading", { name: "People 2" }).waitFor();
  }
  const { page } = own;
  const sent = [];
  page.on("request", (request) => request.method() === "PATCH" && sent.push(request.postDataJSON()));
  /** Ben's page shows it by itself; what is under it stays where it is. */
  const place = async () => (await other.page.getByRole("heading", { name: "Pods", exact: true }).boundingBox()).y;
  const sees = async (text, news) => {
    await other.page.getByText(text).first().waitFor();
    if (news) await other.page.getByRole("status").getByText(news).waitFor();
    assert((await page.getByRole("status").getByText("just").count()) === 0, "one's own change is announced");
  };
  await other.page.evaluate(() => document.fonts.ready);
  const held = await place();
  const change = () => page.getByRole("button", { name: "Change", exact: true }).click();
  const save = async () => {
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
  };
  assert((await other.page.getByRole("button", { name: "Change", exact: true }).count()) === 0, "Ben may change it");

  // Nothing but the house: the seconds that no field shows stay.
  await change();
  assert((await page.getByLabel("When does it start?").inputValue()) === "2031-06-01T21:00", "the time of the place");
  await page.getByLabel("Venue").fill("Casa da Música");
  await save();
  assert(JSON.stringify(sent) === JSON.stringify([{ venue: "Casa da Música" }]), JSON.stringify(sent));
  await sees("Casa da Música", "The place has just changed.");
  assert((await place()) === held, "the page moved for another place");

  await change();
  await page.getByLabel("When does it start?").fill("2031-06-02T22:00");
  await page.getByText("It must not end before it starts.").waitFor();
  await page.getByLabel("When does it end?").fill("");
  await save();
  assert(sent[1].date_utc === "2031-06-02T21:00:00.000Z" && sent[1].ends_at === null, JSON.stringify(sent[1]));
  assert(Object.keys(sent[1]).length === 2, JSON.stringify(sent[1]));
  await sees("Monday, 22:00", "The time has just changed.");
  assert((await place()) === held, "the page moved for another time");

  // Another zone is another moment.
  await change();
  await page.getByLabel("Time zone").selectOption("Europe/Berlin");
  await save();
  assert(sent[2].date_utc === "2031-06-02T20:00:00.000Z" && sent[2].time_zone === "Europe/Berlin", "the zone");
  await sees("Monday, 22:00 Berlin time", "The time has just changed.");
  await other.page.getByRole("button", { name: "Close" }).tap();
  await other.page.getByText("The time has just changed.").waitFor({ state: "detached" });

  await change();
  await page.getByRole("button", { name: "Call it off" }).click();
  assert((await ask(ana, "GET", `/v1/events/${event}`)).cancelled_at === null, "it did not ask");
  await page.getByRole("button", { name: /^Really\?/ }).click();
  await page.getByText("Called off", { exact: true }).waitFor();
  await sees("Called off", "It was called off just now.");
  await change();
  await page.getByRole("button", { name: "It is on again" }).click();
  await page.getByText("Called off", { exact: true }).waitFor({ state: "detached" });
  await sees("Monday, 22:00 Berlin time · ", "It is on again.");

  // While Ben goes, nobody takes it down.
  await change();
  assert((await page.getByRole("button", { name: "Delete it" }).count()) === 0, "it could be taken down");
  await page.keyboard.press("Escape");
  await ask(ben, "DELETE", `/v1/events/${event}/members/me`);
  await page.getByRole("heading", { name: "People 1" }).waitFor();
  await change();
  await page.getByRole("button", { name: "Delete it" }).click();
  await page.getByRole("button", { name: /^Really\?/ }).click();
  await page.waitForURL(`${url}/events`);
  await until("it is gone", async () => (await fetch(`${url}/v1/events/${event}`)).status === 404);
  // Ben goes there no more, so no topic says so: his page looks when it comes into view.
  await other.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await sees("No such event");
});
