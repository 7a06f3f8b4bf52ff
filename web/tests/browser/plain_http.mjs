// Plain http at a name of the local network, as a phone sees a `make run`: no secure context, and everything works that
// needs none.
import { assert, bubble, device, run, say, signUp, texts, until } from "./support.mjs";

await run(
  async (browser, { url, event }) => {
    const here = `http://podium.test:${new URL(url).port}`;
    const { context, page } = await device(browser);
    await page.goto(`${here}/signup`);
    const missing = await page.evaluate(() => ({
      isSecureContext,
      found: [crypto.randomUUID, navigator.locks, navigator.clipboard, navigator.serviceWorker].filter(Boolean).length,
    }));
    assert(missing.isSecureContext === false && missing.found === 0, "this is no secure context");
    await signUp(page, { name: "Kim", email: "kim@example.org", password: "a sentence to remember" });
    await page.getByRole("link", { name: "Find an event" }).waitFor();
    await page.goto(`${here}/events/${event}`);
    await page.getByRole("button", { name: /^I.* going$/ }).click();
    await page.getByRole("button", { name: "Make a pod" }).click();
    await page.getByLabel("What is it called?").fill("Front left");
    await page.getByRole("button", { name: "Make it" }).click();
    await say(page, "from a phone");
    await until("it is stored", async () =>
      (await texts(page)).some(({ text, state }) => text === "from a phone" && state === "stored"),
    );

    // Copying does without the clipboard.
    await page.getByRole("button", { name: "People, invitations and settings" }).click();
    await page.getByRole("button", { name: "Make an invitation link" }).click();
    await page.getByText("The link is copied.").waitFor();
    const link = await page.locator(".link a").innerText();
    await page.keyboard.press("Escape");
    await page.getByRole("textbox", { name: "Message" }).focus();
    await page.keyboard.press("Control+V");
    assert((await page.getByRole("textbox", { name: "Message" }).inputValue()) === link, "the link is what was copied");
    await page.getByRole("textbox", { name: "Message" }).fill("");
    await bubble(page, "from a phone").getByRole("button", { name: "React, and more" }).click();
    await page.getByRole("button", { name: "Copy the text" }).click();
    await page.getByRole("button", { name: "Copy the text" }).waitFor({ state: "detached" });

    // Two tabs whose token is at its end: one of them renews it, and both go on.
    const other = await context.newPage();
    await other.goto(here);
    let renewals = 0;
    context.on("request", (request) => (renewals += request.url().endsWith("/v1/auth/refresh") ? 1 : 0));
    for (let round = 1; round <= 3; round++) {
      await page.evaluate(() => {
        const kept = JSON.parse(localStorage.getItem("podium.session"));
        localStorage.setItem("podium.session", JSON.stringify({ ...kept, expires_at: Date.now() - 1 }));
      });
      await Promise.all([page.reload(), other.reload()]);
      await other.getByRole("link", { name: /Front left/ }).waitFor();
      await say(page, `round ${round}`);
      await until("it is stored", async () =>
        (await texts(page)).some(({ text, state }) => text === `round ${round}` && state === "stored"),
      );
      assert(renewals === round, `the token was renewed ${renewals} times in ${round} rounds`);
    }
  },
  { args: ["--host-resolver-rules=MAP podium.test 127.0.0.1"] },
);
