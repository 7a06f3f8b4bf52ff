// A wall and its sheets, in both themes, on a narrow phone and a desktop: axe-core finds nothing serious, nothing is wider
// than the screen, and what is touched is as high as a thumb.
import { findings } from "./axe.mjs";
import { asking, assert, be, device, DESKTOP, PHONE, run } from "./support.mjs";
import { card, post } from "./wall_support.mjs";

await run(async (browser, { url, event, people: [ana, ben] }) => {
  const ask = asking(url);
  const write = (kind, body) => ask(ben, "POST", `/v1/events/${event}/posts`, { kind, body });
  const closed = await write("poll", { question: "Was it good?", options: ["Yes", "No"] });
  await ask(ana, "PUT", `/v1/posts/${closed.id}/votes/me`, { options: [0] });
  await ask(ben, "POST", `/v1/posts/${closed.id}/close`);
  await write("text", {
    text: "A text with https://example.org/a/very/long/address/that/goes/on/and/on/and/on and @Ana",
  });
  const hype = await write("hype", { text: "Encore" });
  await ask(ana, "PUT", `/v1/posts/${hype.id}/hype/me`, { source: "another", total: 12 });
  const open = await write("poll", {
    question: "Which song is the one that they open with?",
    options: ["Lighthouse", "The long way down to the harbour, and back again", "Something new"],
    mode: "multiple",
    closes_at: new Date(Date.now() + 600_000).toISOString(),
  });
  await ask(ben, "PUT", `/v1/posts/${open.id}/votes/me`, { options: [0, 1] });
  await ask(ben, "POST", `/v1/posts/${open.id}/comments`, { text: "I hope for the first one" });
  await ask(ana, "POST", `/v1/posts/${open.id}/comments`, { text: "So do I" });
  for (const emoji of ["🔥", "❤️", "😂", "🙌", "😮"])
    await ask(ben, "PUT", `/v1/posts/${open.id}/reactions/${encodeURIComponent(emoji)}`);
  const wrong = [];
  for (const colorScheme of ["dark", "light"]) {
    for (const [size, options] of [
      ["narrow", { ...PHONE, viewport: { width: 320, height: 640 } }],
      ["desktop", DESKTOP],
    ]) {
      const { context, page } = await device(browser, { ...options, colorScheme, reducedMotion: "reduce" });
      await be(context, url, ana);
      const look = async (name) => {
        await page.evaluate(() => document.fonts.ready);
        await page.waitForTimeout(200);
        const what = `${name}, ${size}, ${colorScheme}`;
        for (const finding of await findings(page)) wrong.push(`${what}: ${finding}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) wrong.push(`${what}: ${wide} pixels too wide`);
        // The area that is touched, with what stands around it.
        const small = await page.evaluate(() => {
          const root = document.querySelector("dialog[open]") ?? document.querySelector(".content");
          return [...root.querySelectorAll("button:not(:disabled)")].flatMap((button) => {
            const box = button.getBoundingClientRect();
            const around = getComputedStyle(button, "::after");
            const more = around.content === "none" ? 0 : parseFloat(around.height) - box.height;
            const high = box.height + Math.max(0, more || 0);
            return box.height === 0 || high >= 43 ? [] : [`${button.outerHTML.slice(0, 120)} is ${high} high`];
          });
        });
        if (size === "narrow") for (const one of small) wrong.push(`${what}: ${one}`);
      };
      await page.goto(`${url}/events/${event}?tab=wall`);
      const poll = card(page, "Which song");
      await poll.getByRole("button", { name: "2 comments" }).waitFor();
      await look("wall");
      await poll.getByRole("button", { name: "More about this post" }).click();
      await page.getByRole("button", { name: "Delete" }).click();
      await look("menu");
      await page.keyboard.press("Escape");
      await poll.getByRole("button", { name: "2 comments" }).click();
      await page.getByRole("dialog").getByText("So do I", { exact: true }).waitFor();
      await look("comments");
      await page.keyboard.press("Escape");
      await poll.getByRole("button", { name: "React", exact: true }).click();
      await page.getByText("Who reacted").waitFor();
      await page.getByRole("dialog").getByText("Ben").first().waitFor();
      await look("reactions");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Poll", exact: true }).click();
      await page.getByLabel("When does voting close?").selectOption("at");
      await page.getByLabel("Voting closes", { exact: true }).fill("2031-10-26T02:30");
      await look("form of a poll");
      await page.getByLabel("When does voting close?").selectOption("never");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Hype", exact: true }).click();
      await page.getByLabel("What is it about?").waitFor();
      await look("form of a hype");
      await page.keyboard.press("Escape");
      // Refused, and waiting.
      await context.route(/\/v1\/events\/.*\/posts$/, (route) =>
        route.request().method() === "POST"
          ? route.fulfill({ status: 403, contentType: "application/problem+json", body: '{"code":"not_member"}' })
          : route.continue(),
      );
      await post(page, "Refused");
      await card(page, "Refused").getByText("You are not going to this event any more.").waitFor();
      await look("refused");
      await card(page, "Refused").getByRole("button", { name: "Change it" }).click();
      assert((await page.getByRole("textbox", { name: "Your post" }).inputValue()) === "Refused", "the words are kept");
      await look("form of a text");
      await page.keyboard.press("Escape");
      await card(page, "Refused").getByRole("button", { name: "Delete" }).click();
      if (size === "narrow") {
        await page.goto(`${url}/events/${event}`);
        await page.getByRole("heading", { name: "On the wall now" }).waitFor();
        await look("now");
      }
      await context.close();
    }
  }
  assert(wrong.length === 0, wrong.join("\n"));
});
