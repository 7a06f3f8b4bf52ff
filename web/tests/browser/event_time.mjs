// An event's time is told as it is there: its day, its clock, its year, and whose clock that is where the reader's shows
// another time; in the language of the page, and by the server's clock where the device's is wrong.
import { assert, be, device, PHONE, run } from "./support.mjs";

await run(async (browser, { url, events, people: [maker] }) => {
  const berlin = { locale: "en-GB", timezoneId: "Europe/Berlin" };
  const british = await device(browser, { ...PHONE, ...berlin });
  await be(british.context, url, maker);

  /** The ticket of an event, as it is read. */
  const ticket = async ({ page }, event) => {
    await page.goto(`${url}/events/${events[event]}`);
    await page.locator(".ticket.large h1").waitFor();
    return (await page.locator(".ticket.large").innerText()).replace(/\s+/g, " ");
  };
  const tells = async (who, event, parts, not = []) => {
    const text = await ticket(who, event);
    for (const part of parts) assert(text.match(part), `${event}: no ${part} in ${text}`);
    for (const part of not) assert(!text.match(part), `${event}: ${part} in ${text}`);
  };
  const foreign = /Dienstag|Montag|Uhr|Juni/;

  await tells(
    british,
    "new_york",
    [/JUN 9 2031/i, "Monday, 20:00 New York time", "in 2031", "That is 02:00 on Tuesday for you."],
    [foreign],
  );
  await tells(british, "nowhere", [/JUN 9 2031/i, "Monday, 22:30 UTC", "That is 00:30 on Tuesday for you."], [foreign]);
  await tells(british, "on", [/Called off|on now/], ["tonight", "today", "UTC", "for you"]);
  await tells(british, "festival", [/Fri 6( June)? – Sun 8 June, from 16:00/, "2031"], ["Copenhagen", "for you"]);
  await tells(british, "over", [/ over$/, /20\d\d/], ["for you"]);
  await british.page.getByText("It is over.").waitFor();

  // The same in German.
  const german = await device(browser, { ...berlin, locale: "de-DE" });
  await tells(
    german,
    "new_york",
    [/JUNI? 9 2031/i, "Montag, 20:00 Uhr \\(New York\\)", "Das ist bei dir Dienstag, 02:00 Uhr."],
    [/Monday|time|June/],
  );

  // One who lives there reads the same day, and no zone.
  const american = await device(browser, { locale: "en-US", timezoneId: "America/New_York" });
  await tells(american, "new_york", [/JUN 9 2031/i, /Monday, 8:00.PM · in 2031/], ["time", "for you"]);
  await tells(american, "nowhere", [/JUN 9 2031/i, /Monday, 10:30.PM UTC/, /That is 6:30.PM for you/]);

  // Two days ahead of everybody: it is on all the same.
  const wrong = await device(browser, berlin);
  await wrong.page.clock.setFixedTime(Date.now() + 2 * 86_400_000);
  await tells(wrong, "on", ["on now"]);

  // A name of a zone that this browser has never heard of breaks nothing.
  const old = await device(browser, berlin);
  await old.context.route(`**/v1/events/${events.new_york}`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), time_zone: "America/New_Amsterdam" } });
  });
  await tells(old, "new_york", [/JUN 10 2031/i, "00:00 UTC"]);
});
