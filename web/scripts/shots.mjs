// Pictures of every page, in both themes, on a phone and a desktop: node scripts/shots.mjs <url> <folder>
// The server is one with the demo (`podium serve --demo`); its two accounts are used.
import { mkdirSync } from "node:fs";
import { device, DESKTOP, PHONE } from "../tests/browser/support.mjs";
import { launch } from "./browser.mjs";

const [url, folder] = process.argv.slice(2);
if (!folder) throw new Error("usage: node scripts/shots.mjs <url> <folder>");
mkdirSync(folder, { recursive: true });
const PASSWORD = process.env.DEMO_PASSWORD ?? "paper lanterns";

const call = async (method, path, token, body) => {
  const headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  return answer.status === 204 ? null : answer.json();
};
const browser = await launch();

for (const colorScheme of ["dark", "light"]) {
  for (const [size, options] of [
    ["narrow", { ...PHONE, viewport: { width: 320, height: 640 } }],
    ["phone", PHONE],
    ["desktop", DESKTOP],
    // The narrowest phone that there is: SMALL=1.
    ...(process.env.SMALL ? [["small", { ...PHONE, viewport: { width: 320, height: 568 } }]] : []),
  ]) {
    const look = { ...options, colorScheme, reducedMotion: "reduce", locale: "en-GB", timezoneId: "Europe/Berlin" };
    const { context, page } = await device(browser, look);
    const shot = async (name) => {
      await page.evaluate(() => document.fonts.ready);
      await page.waitForTimeout(500);
      await page.screenshot({ path: `${folder}/${name}-${size}-${colorScheme}.png` });
    };
    for (const [name, path, mark] of [
      ["signin", "/signin", "Good to see you"],
      ["signup", "/signup", "Find your crew"],
      ["reset", "/reset", "Forgot your password?"],
      ["new-password", "/reset#token=x", "Set a new password"],
      ["verify", "/verify", "This link does not work"],
    ]) {
      await page.goto("about:blank");
      await page.goto(url + path);
      await page.getByText(mark).waitFor();
      await shot(name);
    }
    await page.goto(`${url}/signin`);
    await page.getByLabel("Email").fill("mia@example.org");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator('a[href^="/pods/"]').first().waitFor();
    await shot("inbox");
    const { access_token } = await page.evaluate(() => JSON.parse(localStorage.getItem("podium.session")));
    const { items } = await call("GET", "/v1/me/pods", access_token);
    const [pod] = items;
    await page.goto(`${url}/pods/${pod.id}`);
    await page.locator("article").first().waitFor();
    await shot("pod");
    await page.getByRole("button", { name: "People, invitations and settings" }).click();
    await page.getByRole("button", { name: "Make an invitation link" }).waitFor();
    await shot("people");
    await page.keyboard.press("Escape");
    await page.locator("article").last().getByRole("button", { name: "React, and more" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Reply", exact: true }).waitFor();
    await shot("actions");
    await page.getByRole("button", { name: "More emoji" }).click();
    await page.getByRole("button", { name: "grinning face", exact: true }).waitFor();
    await shot("emoji");
    await page.getByLabel("Search emoji").fill("music");
    await page.getByRole("button", { name: /^Skin tone/ }).click();
    await shot("emoji-found");
    await page.keyboard.press("Escape");
    const field = page.getByRole("textbox", { name: "Message" });
    await field.fill(`${"All the words of the song. ".repeat(150)}`);
    await page.locator("#composer-why").waitFor();
    await shot("too-long");
    await field.fill("@");
    await page.getByRole("option").first().waitFor();
    await shot("mention");
    await field.fill("");
    await page.goto(`${url}/events`);
    await page
      .getByText(/You are going|Coming up/)
      .first()
      .waitFor();
    await shot("events");
    await page.getByRole("button", { name: "Add an event" }).click();
    await page.getByLabel("Who plays?").fill("Paper Lanterns");
    await page.getByLabel("Venue").fill("Bowery Ballroom");
    await page.getByLabel("City").fill("New York");
    await page.getByLabel("When does it start?").fill("2031-06-09T20:00");
    await page.getByText("in New York").waitFor();
    await shot("put-up");
    await page.getByText("more than two years").scrollIntoViewIfNeeded();
    await shot("put-up-end");
    await page.getByLabel("When does it start?").fill("2031-03-09T02:30");
    await page.getByRole("group", { name: "02:30 does not exist" }).scrollIntoViewIfNeeded();
    await shot("put-up-asks");
    await page.evaluate(() => sessionStorage.clear());
    await page.goto(`${url}/events?q=zzzz`);
    await page.getByText("No such event").waitFor();
    await shot("no-event");
    await page.goto(`${url}/events/${pod.event_id}`);
    await page.getByText("You are going").first().waitFor();
    await shot("event");
    await page.goto(`${url}/events/${pod.event_id}?tab=crew`);
    await page.getByRole("heading", { name: /^People/ }).waitFor();
    await shot("event-crew");
    await page.getByRole("button", { name: "Your badges" }).click();
    await page
      .getByRole("button", { name: /Front row/ })
      .first()
      .waitFor();
    await shot("badges");
    await page.keyboard.press("Escape");
    // One's own, in another zone, of several days.
    const own = await call("POST", "/v1/events", access_token, {
      artist: `Harbour Weekender ${size} ${colorScheme}`,
      city: "New York",
      venue: "Governors Island",
      time_zone: "America/New_York",
      date_utc: "2031-06-06T20:00:00Z",
      ends_at: "2031-06-09T03:00:00Z",
    });
    await page.goto(`${url}/events/${own.id}`);
    await page.getByText("Going?").waitFor();
    await shot("own-event");
    await page.getByRole("button", { name: "Change", exact: true }).click();
    await page.getByRole("button", { name: "Call it off" }).scrollIntoViewIfNeeded();
    await shot("change");
    await call("DELETE", `/v1/events/${own.id}`, access_token);
    const visitor = await device(browser, look);
    for (const [name, path, mark] of [
      ["event-signed-out", `/events/${pod.event_id}`, "Going?"],
      ["events-signed-out", "/events", "Coming up"],
      ["no-such-event", "/events/no-such-event", "No such event"],
    ]) {
      await visitor.page.goto(url + path);
      await visitor.page.getByText(mark).first().waitFor();
      await visitor.page.evaluate(() => document.fonts.ready);
      await visitor.page.waitForTimeout(300);
      await visitor.page.screenshot({ path: `${folder}/${name}-${size}-${colorScheme}.png` });
    }
    await visitor.context.close();
    await page.goto(`${url}/me`);
    await page.getByText("Where you are signed in").waitFor();
    await shot("me");
    await page.getByLabel("Instagram", { exact: true }).fill("https://example.org/mia");
    await page.getByLabel("Picture").fill("http://example.org/mia.png");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("must begin with https").first().waitFor();
    await shot("me-wrong");
    if (process.env.NO_INVITES) continue;
    const invite = await call("POST", `/v1/pods/${pod.id}/invites`, access_token, { id: crypto.randomUUID() });
    const stranger = await device(browser, look);
    await stranger.page.goto(`${url}/i/${invite.code}`);
    await stranger.page.getByText("keeps you a seat").waitFor();
    await stranger.page.evaluate(() => document.fonts.ready);
    await stranger.page.waitForTimeout(300);
    await stranger.page.screenshot({ path: `${folder}/invite-${size}-${colorScheme}.png` });
    await call("DELETE", `/v1/pods/${pod.id}/invites/${invite.id}`, access_token);
    await stranger.context.close();
    await context.close();
  }
}
await browser.close();
