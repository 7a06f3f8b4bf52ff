// Pictures of every page, in both languages and both themes, narrow, on a phone and on a desktop:
//   node scripts/shots.mjs <url> <folder>
// The server is one with the demo (`podium serve --demo`); its two accounts are used. `ONLY=de,phone,dark` takes those
// alone. Texts are looked for as the catalogues have them.
import { mkdirSync } from "node:fs";
import { device, DESKTOP, PHONE } from "../tests/browser/support.mjs";
import { launch } from "./browser.mjs";
import { textsIn } from "./texts.mjs";

const [url, folder] = process.argv.slice(2);
if (!folder) throw new Error("usage: node scripts/shots.mjs <url> <folder>");
mkdirSync(folder, { recursive: true });
const PASSWORD = process.env.DEMO_PASSWORD ?? "paper lanterns";
const only = (process.env.ONLY ?? "").split(",").filter(Boolean);

const SIZES = { narrow: { ...PHONE, viewport: { width: 320, height: 640 } }, phone: PHONE, desktop: DESKTOP };
const LOCALES = { en: "en-GB", de: "de-DE" };

const call = async (method, path, token, body, more = {}) => {
  const headers = {
    "content-type": "application/json",
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...more,
  };
  const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  return answer.status === 204 ? null : answer.json();
};

/** A text as a pattern that ends where its first part ends: what stands in brackets, or behind them. */
const mark = (text) => text.split(/[[\]]/).filter(Boolean)[0].trim();

const browser = await launch();
for (const language of Object.keys(LOCALES))
  for (const colorScheme of ["dark", "light"])
    for (const size of Object.keys(SIZES)) {
      const kinds = [language, colorScheme, size];
      const skips = (values) =>
        only.some((one) => values.includes(one)) && !only.some((one) => kinds.includes(one) && values.includes(one));
      if (skips(Object.keys(LOCALES)) || skips(["dark", "light"]) || skips(Object.keys(SIZES))) continue;
      await take(language, colorScheme, size);
    }
await browser.close();

async function take(language, colorScheme, size) {
  const texts = await textsIn(
    language,
    ...["accounts", "me", "inbox", "invites", "pods", "events", "emoji", "meet-point", "memorabilia", "search", "wall"],
  );
  const { common, accounts, me, inbox, invites, pods, events, emoji, memorabilia, search, wall } = texts;
  const meeting = texts["meet-point"];
  const look = {
    ...SIZES[size],
    colorScheme,
    reducedMotion: "reduce",
    locale: LOCALES[language],
    timezoneId: "Europe/Berlin",
  };
  const { context, page } = await device(browser, look);
  const shoot = async (page, name) => {
    await page.evaluate(() => document.fonts.ready);
    await page.waitForTimeout(400);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) console.error(`${name}, ${language}, ${size}, ${colorScheme}: ${wide} pixels too wide`);
    await page.screenshot({ path: `${folder}/${name}-${language}-${size}-${colorScheme}.png` });
  };
  const shot = (name) => shoot(page, name);
  const button = (name, exact = true) => page.getByRole("button", { name, exact });
  /** The same page further down. */
  const further = async (name, scroller = ".content") => {
    const more = await page.evaluate((where) => {
      const element = document.querySelector(where) ?? document.scrollingElement;
      const hidden = element.scrollHeight - element.clientHeight;
      element.scrollTop = hidden;
      return hidden > 40;
    }, scroller);
    if (more) await shot(name);
  };

  for (const [name, path, text] of [
    ["signin", "/signin", common.titles.signin],
    ["signup", "/signup", common.titles.signup],
    ["reset", "/reset", accounts.resetTitle],
    ["new-password", "/reset#token=x", accounts.setTitle],
    ["verify", "/verify", accounts.badLink],
    ["nowhere", "/nowhere/at/all", common.titles.nowhere],
    ["no-invitation", "/i/nothing", invites.gone],
  ]) {
    await page.goto("about:blank");
    await page.goto(url + path);
    await page.getByText(text).first().waitFor();
    await shot(name);
  }
  // The language that the profile has wins over the browser's.
  const { access_token } = await call("POST", "/v1/auth/login", null, { email: "mia@example.org", password: PASSWORD });
  await call("PATCH", "/v1/me", access_token, { language });
  await page.goto(`${url}/signin`);
  await page.getByLabel(accounts.email).fill("mia@example.org");
  await page.getByLabel(accounts.password).fill("not this one");
  await button(common.signIn).click();
  await page.getByText(accounts.wrongPassword).waitFor();
  await shot("signin-wrong");
  await page.getByLabel(accounts.password).fill(PASSWORD);
  await button(common.signIn).click();
  await page.locator('a[href^="/pods/"]').first().waitFor();
  await page.getByText(inbox.title).first().waitFor();
  await shot("inbox");
  const { items } = await call("GET", "/v1/me/pods", access_token);
  const [pod] = items;
  await page.locator("[aria-haspopup], .more").first().focus();
  await page.locator(".more").first().click();
  await page.getByText(inbox.pin).or(page.getByText(inbox.unpin)).first().waitFor();
  await shot("flags");
  await page.keyboard.press("Escape");

  await page.goto(`${url}/search`);
  await page.getByText(search.hint).waitFor();
  await shot("search");
  const looking = page.getByLabel(search.field);
  await looking.fill("the");
  await page.locator("a.found").first().waitFor();
  await shot("search-found");
  await further("search-found-end");
  await looking.fill("zzzz");
  await page.getByText(search.none).waitFor();
  await shot("search-none");
  await context.setOffline(true);
  await looking.fill("lantern");
  await page.getByText(common.refusals.network).waitFor();
  await shot("search-offline");
  await context.setOffline(false);
  await looking.fill("the");
  await page.locator("a.found").last().click();
  await page.locator("article.lit").waitFor();
  await shot("pod-arrived");
  await page.goto(`${url}/pods/${pod.id}?at=99999999`);
  await page.getByText(pods.way.gone).waitFor();
  await shot("pod-not-arrived");

  await page.goto(`${url}/pods/${pod.id}`);
  await page.locator("article").first().waitFor();
  await shot("pod");
  await button(pods.details).click();
  await button(pods.makeLink).waitFor();
  await shot("people");
  await further("people-end", "dialog[open]");
  await page.keyboard.press("Escape");
  await page.locator("article").last().getByRole("button", { name: pods.react }).focus();
  await page.keyboard.press("Enter");
  await button(pods.reply).waitFor();
  await shot("actions");
  await button(pods.moreEmoji).click();
  await page.locator(".grid button").first().waitFor();
  await shot("emoji");
  await page.getByLabel(emoji.search).fill(language === "de" ? "musik" : "music");
  await page.locator("button.tone").click();
  await shot("emoji-found");
  await page.keyboard.press("Escape");
  const mine = page.locator("article.mine").last();
  if (await mine.count()) {
    await mine.getByRole("button", { name: pods.react }).focus();
    await page.keyboard.press("Enter");
    await button(pods.delete).click();
    await button(pods.deleteForAll).waitFor();
    await shot("actions-own");
    await page.keyboard.press("Escape");
  }
  const field = page.getByRole("textbox", { name: pods.message });
  await field.fill("All the words of the song. ".repeat(150));
  await page.locator("#composer-why").waitFor();
  await shot("too-long");
  await field.fill("@");
  await page.getByRole("option").first().waitFor();
  await shot("mention");
  await field.fill("");
  await page.goto(`${url}/pods/0190d5a0-0000-7000-8000-00000000dead`);
  await page.getByText(pods.out).waitFor();
  await shot("not-in-pod");

  await page.goto(`${url}/events`);
  await page.getByText(events.going).or(page.getByText(events.coming)).first().waitFor();
  await shot("events");
  await further("events-end");
  await button(events.add).click();
  await page.getByLabel(events.artist).fill("Paper Lanterns");
  await page.getByLabel(events.venue, { exact: true }).fill("Bowery Ballroom");
  await page.getByLabel(events.city, { exact: true }).fill("New York");
  await page.getByLabel(events.starts).fill("2031-06-09T20:00");
  await page.getByText("in New York").waitFor();
  await shot("put-up");
  await page.getByText(events.farOff("2031")).scrollIntoViewIfNeeded();
  await shot("put-up-end");
  await page.getByLabel(events.starts).fill("2031-03-09T02:30");
  await page.getByLabel(events.ends).fill("2031-11-02T01:30");
  await page.getByRole("group", { name: events.neverTitle("02:30") }).scrollIntoViewIfNeeded();
  await shot("put-up-never");
  await page.getByRole("group", { name: events.twiceTitle("01:30") }).scrollIntoViewIfNeeded();
  await shot("put-up-twice");
  await page.getByLabel(events.ends).fill("");
  await page.getByLabel(events.starts).fill("2020-03-09T20:30");
  await button(events.addAndGo).click();
  await button(events.addPastButton).scrollIntoViewIfNeeded();
  await shot("put-up-past");
  await page.evaluate(() => sessionStorage.clear());
  await page.goto(`${url}/events?q=zzzz`);
  await page.getByText(events.noneFound).waitFor();
  await shot("no-event");

  await page.goto(`${url}/events/${pod.event_id}`);
  await button(events.notGoing).waitFor();
  await shot("event");
  await further("event-end");
  await page.goto(`${url}/events/${pod.event_id}?tab=wall`);
  const posts = page.getByRole("article");
  await posts.first().waitFor();
  await shot("wall");
  for (const [name, kind] of [
    ["wall-poll", ".poll"],
    ["wall-hype", ".stage"],
  ]) {
    const one = posts.filter({ has: page.locator(kind) }).first();
    if ((await one.count()) === 0) continue;
    await one.evaluate((node) => node.scrollIntoView({ block: "center" }));
    await shot(name);
  }
  await further("wall-end");
  await posts.first().getByRole("button", { name: wall.more }).click();
  await button(wall.copy).waitFor();
  await shot("wall-menu");
  await page.keyboard.press("Escape");
  await posts.first().locator(".talk").click();
  await page.getByRole("textbox", { name: wall.comment, exact: true }).waitFor();
  await shot("wall-comments");
  await page.keyboard.press("Escape");
  await posts.first().getByRole("button", { name: wall.react, exact: true }).click();
  await button(wall.moreEmoji).waitFor();
  await shot("wall-react");
  await page.keyboard.press("Escape");
  await button(wall.newPoll).click();
  await page.getByLabel(wall.question, { exact: true }).fill(wall.questionExample);
  await page.getByLabel(wall.option(1), { exact: true }).fill("Lighthouse");
  await page.getByLabel(wall.option(2), { exact: true }).fill("Lighthouse");
  await page.getByText(wall.sameOption).waitFor();
  await shot("wall-ask");
  await page.getByLabel(wall.option(2), { exact: true }).fill("Harbour");
  await page.getByLabel(wall.closing).selectOption("15");
  await further("wall-ask-end", "dialog[open]");
  for (const label of [wall.question, wall.option(1), wall.option(2)])
    await page.getByLabel(label, { exact: true }).fill("");
  await page.keyboard.press("Escape");
  await button(wall.newHype).click();
  await page.getByLabel(wall.hypeWhat).waitFor();
  await shot("wall-new-hype");
  await page.keyboard.press("Escape");
  // Without a network.
  await context.setOffline(true);
  await page.getByText(common.offline).waitFor();
  await page.getByRole("textbox", { name: wall.sayLabel }).fill(wall.emptyMore);
  await button(wall.send).click();
  await page.getByText(wall.waiting).first().waitFor();
  await page.evaluate(() => document.querySelector("article").scrollIntoView({ block: "center" }));
  await shot("wall-waiting");
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await page.getByText(events.asOf("").trim()).waitFor();
  await shot("wall-remembered");
  await button(wall.doNotSend).click();
  await context.setOffline(false);
  await page.goto(`${url}/events/${pod.event_id}?tab=crew`);
  await page.getByRole("heading", { name: events.people }).waitFor();
  await shot("event-crew");
  await further("event-crew-end");
  await button(events.badges).click();
  await page.getByText(events.badgesMore).waitFor();
  await shot("badges");
  await page.keyboard.press("Escape");
  await button(events.newPod).click();
  await page.getByLabel(events.podName).waitFor();
  await shot("new-pod");
  await page.keyboard.press("Escape");

  // One's own, in another zone, of several days; and called off.
  const own = await call("POST", "/v1/events", access_token, {
    artist: `Harbour Weekender ${kind(size)} ${colorScheme} ${language}`,
    city: "New York",
    venue: "Governors Island",
    time_zone: "America/New_York",
    date_utc: "2031-06-06T20:00:00Z",
    ends_at: "2031-06-09T03:00:00Z",
  });
  await page.goto(`${url}/events/${own.id}`);
  await page.getByText(mark(events.invite)).waitFor();
  await shot("own-event");
  await button(events.change).click();
  await button(events.callOff).scrollIntoViewIfNeeded();
  await button(events.delete).click();
  await shot("change");
  await page.keyboard.press("Escape");

  // Its meet point, which another person changes at the same time.
  await button(events.go).click();
  await button(meeting.name).click();
  await page.getByLabel(meeting.place).fill("The lamp post by the left gate");
  await page.getByLabel(meeting.when).fill("2031-06-06T15:30");
  await page.getByLabel(meeting.note).fill("or after the first act");
  await page.getByLabel(meeting.how).fill("Third from the left, opposite the kiosk.\nhttps://example.org/map");
  await shot("meet-point-form");
  await button(common.save).click();
  await page.getByText("The lamp post by the left gate").waitFor();
  await shot("meet-point");
  await button(meeting.change).click();
  await page.getByLabel(meeting.place).fill("Gate C");
  const point = await call("GET", `/v1/events/${own.id}/meet-point`, access_token);
  await call(
    "PUT",
    `/v1/events/${own.id}/meet-point`,
    access_token,
    { title: "Gate B, by the bikes" },
    { "if-match": `"${point.revision}"` },
  );
  await page.getByText(meeting.overtaken).waitFor();
  await shot("meet-point-conflict");
  await further("meet-point-conflict-end", "dialog[open]");
  await button(meeting.takeTheirs).click();
  await page.keyboard.press("Escape");

  // Its people, as its maker sees them.
  const leo = await call("POST", "/v1/auth/login", null, { email: "leo@example.org", password: PASSWORD });
  const person = await call("GET", "/v1/me", leo.access_token);
  await call("PUT", `/v1/events/${own.id}/members/me`, leo.access_token, {});
  await call("PUT", `/v1/events/${own.id}/hosts/${person.id}`, access_token);
  await page.goto(`${url}/events/${own.id}?tab=crew`);
  await page.getByText(events.host, { exact: true }).scrollIntoViewIfNeeded();
  await shot("hosts");
  await button(events.moreAbout(person.display_name)).click();
  await button(events.unmakeHost).waitFor();
  await shot("host");
  await page.keyboard.press("Escape");
  await call("DELETE", `/v1/events/${own.id}/members/me`, leo.access_token);

  await call("PATCH", `/v1/events/${own.id}`, access_token, { cancelled: true });
  await page.goto(`${url}/events/${own.id}`);
  await page.getByText(events.cancelledGoing).waitFor();
  await shot("called-off");
  await call("DELETE", `/v1/events/${own.id}`, access_token);

  // What one keeps of a night that is on.
  const night = await call("POST", "/v1/events", access_token, {
    artist: `Moth and Mirror ${kind(size)} ${colorScheme} ${language}`,
    city: "Hamburg",
    venue: "Halle am Kai",
    time_zone: "Europe/Berlin",
    date_utc: new Date(Date.now() - 3_600_000).toISOString(),
  });
  await call("PUT", `/v1/events/${night.id}/members/me`, access_token, {});
  await page.goto(`${url}/events/${night.id}`);
  await button(memorabilia.write).scrollIntoViewIfNeeded();
  await shot("keep-night");
  await button(memorabilia.write).click();
  await page.getByLabel(memorabilia.song).fill("Lanterns over the water");
  await page.getByLabel(memorabilia.peak).fill("When the lights went out, and everybody sang.\nThen the confetti.");
  await page.getByLabel(memorabilia.opener).fill("Moth");
  await page.getByLabel(memorabilia.energy).fill("Louder than the band");
  await page.getByRole("radio", { name: "9" }).check();
  await page.getByLabel(memorabilia.notes).fill("Leo lost a glove, and found two.");
  await shot("night-form");
  await further("night-form-end", "dialog[open]");
  await context.route("**/memorabilia/me", (route) => route.abort());
  await button(memorabilia.save).click();
  await page.getByText(memorabilia.waiting).scrollIntoViewIfNeeded();
  await shot("night-waiting");
  await context.unroute("**/memorabilia/me");
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await page.getByRole("link", { name: memorabilia.page }).scrollIntoViewIfNeeded();
  await shot("night-kept");
  await page.getByRole("link", { name: memorabilia.page }).click();
  await button(memorabilia.print).waitFor();
  await shot("night");
  await further("night-end");
  await page.emulateMedia({ media: "print" });
  await shot("night-printed");
  await page.emulateMedia({ media: "screen" });
  await page.goto(`${url}/me/nights`);
  await page.locator("a.ticket").first().waitFor();
  await shot("nights");
  await call("DELETE", `/v1/events/${night.id}/memorabilia/me`, access_token);
  await call("DELETE", `/v1/events/${night.id}/members/me`, access_token);
  await call("DELETE", `/v1/events/${night.id}`, access_token);

  const visitor = await device(browser, look);
  for (const [name, path, text] of [
    ["event-signed-out", `/events/${pod.event_id}`, mark(events.invite)],
    ["events-signed-out", "/events", events.coming],
    ["no-such-event", "/events/no-such-event", events.gone],
  ]) {
    await visitor.page.goto(url + path);
    await visitor.page.getByText(text).first().waitFor();
    await shoot(visitor.page, name);
  }
  await visitor.page.evaluate(() => document.scrollingElement.scrollTo(0, 1e6));
  await visitor.context.close();

  await page.goto(`${url}/me`);
  await page.getByText(me.devices).waitFor();
  await shot("me");
  await further("me-end");
  await page.getByLabel("Instagram", { exact: true }).fill("https://example.org/mia");
  await page.getByLabel(me.picture, { exact: true }).fill("http://example.org/mia.png");
  await button(common.save).click();
  await page.getByText(me.pictures.insecure).first().waitFor();
  await shot("me-wrong");

  if (!process.env.NO_INVITES) {
    const invite = await call("POST", `/v1/pods/${pod.id}/invites`, access_token, { id: crypto.randomUUID() });
    const stranger = await device(browser, look);
    await stranger.page.goto(`${url}/i/${invite.code}`);
    await stranger.page.getByText(invites.signUpAndTake).waitFor();
    await shoot(stranger.page, "invite");
    await call("DELETE", `/v1/pods/${pod.id}/invites/${invite.id}`, access_token);
    await stranger.page.reload();
    await stranger.page.getByText(invites.over.revoked[0]).waitFor();
    await shoot(stranger.page, "invite-revoked");
    await stranger.context.close();
  }
  await context.close();
}

/** No digits, so that the names of two runs are as long. */
function kind(size) {
  return size.charAt(0).toUpperCase() + size.slice(1);
}
