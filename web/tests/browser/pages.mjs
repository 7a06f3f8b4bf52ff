// Every page, in both themes, on a phone and a desktop: axe-core finds nothing serious, and nothing is wider than the
// screen.
import { findings } from "./axe.mjs";
import { assert, be, bubble, device, DESKTOP, PHONE, run } from "./support.mjs";

await run(async (browser, { url, event, pod, invite, people: [ana] }) => {
  const strangers = [
    ["sign in", "/signin", "Good to see you"],
    ["sign up", "/signup", "Find your crew"],
    ["forgotten", "/reset", "Forgot your password?"],
    ["reset", "/reset#token=x", "Set a new password"],
    ["verify", "/verify", "This link does not work"],
    ["nowhere to be invited", "/i/nothing", "No such invitation"],
    ["events, signed out", "/events", "Coming up"],
    ["event, signed out", `/events/${event}`, "Going?"],
    ["no such event", "/events/no-such-event", "No such event"],
    ...(invite ? [["invitation", `/i/${invite}`, "keeps you a seat"]] : []),
  ];
  const members = [
    ["inbox", "/", "Your pods"],
    ["events", "/events", "Coming up", "You are going"],
    ["search without a find", "/events?q=zzzzzz", "No such event"],
    ["event", `/events/${event}`, "You are going"],
    ["event's crew", `/events/${event}?tab=crew`, "Your badges"],
    ["pod", `/pods/${pod}`, null],
    ["no pod of one's own", "/pods/0190d5a0-0000-7000-8000-00000000dead", "You are not in this pod"],
    ["finding messages", "/search", "Looks through all your pods"],
    ["messages found", "/search?q=text", "The newest first"],
    ["no message found", "/search?q=zzzzzz", "Nothing found"],
    ["me", "/me", "How others see you"],
    ["nights", "/me/nights", "Nothing kept yet"],
  ];
  const wrong = [];
  for (const colorScheme of ["dark", "light"]) {
    for (const [size, options] of [
      ["phone", PHONE],
      ["desktop", DESKTOP],
    ]) {
      // Still, so that no contrast is measured in the middle of a fade.
      const look = { ...options, colorScheme, reducedMotion: "reduce" };
      const stranger = await device(browser, look);
      const member = await device(browser, look);
      await be(member.context, url, ana);
      const seen = [...strangers.map((one) => [stranger.page, ...one]), ...members.map((one) => [member.page, ...one])];
      for (const [page, name, path, ...marks] of seen) {
        await page.goto("about:blank");
        await page.goto(url + path);
        if (marks[0] === null) await bubble(page, "a text to read").waitFor();
        else await Promise.any(marks.map((mark) => page.getByText(mark).first().waitFor()));
        await page.evaluate(() => document.fonts.ready);
        await look_at(page, `${name}, ${colorScheme}, ${size}`);
        if (name === "events") {
          await page.getByRole("button", { name: "Add an event" }).click();
          // With a question of each kind.
          await page.getByLabel("Time zone").selectOption("Europe/Berlin");
          await page.getByLabel("When does it start?").fill("2031-03-30T02:30");
          await page.getByLabel("When does it end?").fill("2031-10-26T02:30");
          await page.getByRole("group", { name: "02:30 comes twice" }).waitFor();
          await look_at(page, `putting up an event, ${colorScheme}, ${size}`);
          await page.keyboard.press("Escape");
        }
        if (name === "event") {
          await page.getByRole("button", { name: "Change", exact: true }).click();
          await page.getByRole("button", { name: "Call it off" }).waitFor();
          await look_at(page, `changing an event, ${colorScheme}, ${size}`);
          await page.keyboard.press("Escape");
        }
        if (name !== "pod") continue;
        await page.getByRole("button", { name: "People, invitations and settings" }).click();
        await page.getByRole("button", { name: "Make an invitation link" }).waitFor();
        await look_at(page, `a pod's people, ${colorScheme}, ${size}`);
        await page.keyboard.press("Escape");
        const actions = bubble(page, "a text to read").getByRole("button", { name: "React, and more" });
        await actions.focus();
        await page.keyboard.press("Enter");
        await page.getByRole("button", { name: "React with 🔥" }).waitFor();
        await look_at(page, `a message's actions, ${colorScheme}, ${size}`);
        await page.getByRole("button", { name: "More emoji" }).click();
        await page.getByRole("button", { name: "grinning face", exact: true }).waitFor();
        await page.getByRole("button", { name: /^Skin tone/ }).click();
        await look_at(page, `all emoji, ${colorScheme}, ${size}`);
        await page.keyboard.press("Escape");
        const field = page.getByRole("textbox", { name: "Message" });
        await field.fill("a".repeat(4_001));
        await page.getByText("1 character too many").first().waitFor();
        await look_at(page, `a text that is too long, ${colorScheme}, ${size}`);
        await field.fill("@");
        await page.getByRole("option").first().waitFor();
        await look_at(page, `members to mention, ${colorScheme}, ${size}`);
        await field.fill("");
      }
      await stranger.context.close();
      await member.context.close();
    }
  }
  assert(wrong.length === 0, wrong.join("\n\n"));

  async function look_at(page, name) {
    for (const finding of await findings(page)) wrong.push(`${name}: ${finding}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) wrong.push(`${name}: ${wide} pixels wider than the screen`);
    const headings = await page.locator("h1:visible").count();
    if (headings !== 1) wrong.push(`${name}: ${headings} headings of the first order`);
  }
});
