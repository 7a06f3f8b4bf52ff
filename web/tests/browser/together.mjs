// Two people who have never been here: they sign up, one makes a pod and shares the link, the other opens it and is in.
// They talk, react, reply, edit and take back, and see each other read and type.
import { assert, bubble, device, PHONE, run, say, signUp, texts, until } from "./support.mjs";

await run(async (browser, { url, event }) => {
  const mia = await device(browser, { ...PHONE, permissions: ["clipboard-read", "clipboard-write"] });
  const leo = await device(browser);
  const [one, two] = [mia.page, leo.page];

  await one.goto(url);
  await one.getByRole("link", { name: "Make an account" }).click();
  await signUp(one, { name: "Mia", email: "mia@example.org", password: "the floor shakes at nine" });
  await one.getByText("No pod yet").waitFor();
  await one.getByRole("link", { name: "Find an event" }).click();
  await one.getByRole("link", { name: event }).click();
  await one.getByRole("button", { name: "I'm going" }).click();
  await one.getByRole("link", { name: "Find a pod" }).click();
  await one.getByRole("button", { name: "Make a pod" }).click();
  await one.getByLabel("What is it called?").fill("Left of the desk");
  await one.getByRole("button", { name: "Make it" }).click();
  await one.getByRole("heading", { name: "Left of the desk" }).waitFor();
  const pod = one.url();
  await say(one, "first!");
  await until("it is stored", async () => (await texts(one)).some(({ state }) => state === "stored"));
  await one.getByRole("button", { name: "People, invitations and settings" }).click();
  await one.getByRole("button", { name: "Make an invitation link" }).click();
  const link = await one.locator(".link a").getAttribute("href");
  await one.getByRole("button", { name: "Close", exact: true }).click();

  await two.goto(link);
  await two.getByText("Mia keeps you a seat").waitFor();
  await two.getByRole("link", { name: "Make an account and take the seat" }).click();
  await signUp(two, { name: "Leo", email: "leo@example.org", password: "moth twice, tears twice" });
  // In one go: no further click.
  await two.waitForURL(pod);
  await one.locator(".log", { hasText: "Leo joined" }).waitFor();

  // Who came later sees nothing from before.
  await two.locator(".log", { hasText: "You joined" }).waitFor();
  assert(!(await texts(two)).some(({ text }) => text === "first!"), "Leo sees what was said before he came");
  await one.getByText("Leo is here").waitFor();

  await say(one, "hello Leo");
  await bubble(two, "hello Leo").waitFor();
  await bubble(one, "hello Leo").getByRole("img", { name: "Read by Leo" }).waitFor();

  // It shows for six seconds: whoever looks only after the keys may be late.
  await Promise.all([
    one.getByText("Leo is typing").waitFor(),
    two.getByRole("textbox", { name: "Message" }).pressSequentially("@mi"),
  ]);
  await two.getByRole("option", { name: "Mia" }).click();
  await two.keyboard.type("under the clock?");
  await two.keyboard.press("Enter");
  await bubble(one, "@Mia under the clock?").locator("strong").waitFor();
  await one.getByText("Leo is typing").waitFor({ state: "detached" });

  // A reaction, by a tap on the phone; and taken back on the other side's view of it.
  await bubble(one, "under the clock?").locator(".bubble").tap();
  await one.getByRole("button", { name: "React with 🔥" }).click();
  await bubble(two, "under the clock?").getByRole("button", { name: "🔥 by Mia" }).waitFor();
  await bubble(two, "under the clock?").getByRole("button", { name: "🔥 by Mia" }).click();
  await bubble(one, "under the clock?").getByRole("button", { name: "🔥 by you and Leo" }).waitFor();

  await bubble(one, "under the clock?").locator(".bubble").tap();
  await one.getByRole("button", { name: "Reply", exact: true }).click();
  await say(one, "left of it");
  await bubble(two, "left of it")
    .getByRole("button", { name: /under the clock/ })
    .waitFor();

  await bubble(one, "left of it").locator(".bubble .text").tap();
  await one.getByRole("button", { name: "Edit" }).click();
  await one.getByRole("textbox", { name: "Message" }).fill("right of it, sorry");
  await one.getByRole("button", { name: "Save" }).click();
  await bubble(two, "right of it, sorry").getByText("edited").waitFor();
  await until("the old words are gone", async () => (await bubble(two, "left of it").count()) === 0);

  await bubble(one, "hello Leo").locator(".bubble").tap();
  await one.getByRole("button", { name: "Delete", exact: true }).click();
  await one.getByRole("button", { name: "Really delete it, for everyone" }).click();
  await bubble(two, "Message deleted").waitFor();
  await until("the words are gone", async () => (await bubble(two, "hello Leo").count()) === 0);

  // Away from the conversation, the inbox counts.
  await one.getByRole("link", { name: "Back to your pods" }).click();
  await say(two, "see you there");
  const entry = one.getByRole("link", { name: /Left of the desk/ });
  await entry.getByText("see you there").waitFor();
  await entry.getByText("1 unread").waitFor();
  await entry.click();
  await bubble(one, "see you there").waitFor();
  await one.getByText("New", { exact: true }).waitFor();
  await bubble(two, "see you there").getByRole("img", { name: "Read by Mia" }).waitFor();

  const wanted = ["@Mia under the clock?", "right of it, sorry", "see you there"];
  for (const page of [one, two]) {
    const all = (await texts(page)).filter(({ text }) => wanted.includes(text.trim()));
    assert(all.length === 3 && all.every(({ state }) => state === "stored"), JSON.stringify(all));
  }

  // A second visit needs no signing in; signing out leaves nothing behind.
  await one.reload();
  await bubble(one, "see you there").waitFor();
  await one.goto(`${url}/me`);
  await one.getByText("this one", { exact: true }).waitFor();
  await one.getByRole("button", { name: "Sign out", exact: true }).click();
  await one.getByRole("button", { name: "Sign in" }).waitFor();
  await until("nothing of her is left", () =>
    one.evaluate(
      async () =>
        (await indexedDB.databases()).every(({ name }) => !name?.startsWith("podium-")) &&
        // The proofs of the device, which do not show whose they are.
        Object.keys(localStorage).every((key) => key === "podium.devices") &&
        !localStorage.getItem("podium.devices")?.includes("mia"),
    ),
  );
  await one.getByLabel("Email").fill("mia@example.org");
  await one.getByLabel("Password").fill("not this one");
  await one.getByRole("button", { name: "Sign in" }).click();
  await one.getByText("do not belong together").waitFor();
  await one.getByLabel("Password").fill("the floor shakes at nine");
  await one.getByRole("button", { name: "Sign in" }).click();
  await one.getByText("How others see you").waitFor();
});
