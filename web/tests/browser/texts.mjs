// What is written: seen or not, counted, composed, linked, mentioned, edited, typed. Fields of the profile.
import { assert, be, bubble, device, run, say, texts, until } from "./support.mjs";

await run(async (browser, { url, pod, people: [ana, ben] }) => {
  const one = await device(browser);
  const two = await device(browser);
  await be(one.context, url, ana);
  await be(two.context, url, ben);
  const [mine, hers] = [one.page, two.page];
  await mine.goto(`${url}/pods/${pod}`);
  await hers.goto(`${url}/pods/${pod}`);
  const field = mine.getByRole("textbox", { name: "Message" });
  const send = mine.getByRole("button", { name: "Send" });
  await mine.getByText(/Ben is here/).waitFor();

  const api = async (method, path, person, body) => {
    const headers = { authorization: `Bearer ${person.token}`, "content-type": "application/json" };
    const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
    return answer.json();
  };

  // Nothing that can be seen is no message, and the button says so.
  for (const filler of ["\u200B", "\u3164", "\u2060 \u2800", "\uFEFF", "\u202E"]) {
    await field.fill(filler);
    await mine.getByText("nothing in it that can be seen").first().waitFor();
    assert(await send.isDisabled(), `${JSON.stringify(filler)} can be sent`);
    assert(/can be seen/.test(await send.getAttribute("title")), "the button does not say why");
    await field.press("Enter");
    assert((await field.inputValue()) === filler, "it was sent by the key");
  }
  await field.fill("   ");
  await mine.getByText("can be seen").waitFor({ state: "detached" });

  // Too long: how many are too many, as the server counts, and read out when the typing pauses.
  await field.fill("🔥".repeat(4_000));
  assert(await send.isEnabled(), "4,000 characters are no message");
  await field.fill("🔥".repeat(4_012));
  await mine.locator("#composer-why", { hasText: "12 characters too many" }).waitFor();
  await mine.locator("form [aria-live=polite]", { hasText: "12 characters too many" }).waitFor();
  assert(await send.isDisabled(), "4,012 characters can be sent");
  assert((await field.getAttribute("aria-describedby")) === "composer-why", "the field does not say why");
  await field.fill("🔥".repeat(4_001));
  await mine.locator("#composer-why", { hasText: "1 character too many" }).waitFor();
  await field.fill("");

  // The key that ends a composition in Safari: code 229, and no word of a composition.
  await field.fill("にほん");
  const key = (name, keyCode) =>
    field.evaluate(
      (element, [key, keyCode]) =>
        element.dispatchEvent(new KeyboardEvent("keydown", { key, keyCode, bubbles: true, cancelable: true })),
      [name, keyCode],
    );
  await key("Enter", 229);
  assert((await field.inputValue()) === "にほん", "the key that ends a composition sends");
  // So does the browser's own composition.
  const ime = await one.context.newCDPSession(mine);
  await ime.send("Input.imeSetComposition", { text: "ご", selectionStart: 1, selectionEnd: 1 });
  await ime.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Enter", windowsVirtualKeyCode: 229 });
  await ime.send("Input.insertText", { text: "語" });
  await until("the word is composed", async () => (await field.inputValue()) === "にほん語");
  await field.press("Enter");
  await bubble(hers, "にほん語").waitFor();
  assert((await texts(hers)).length === 1, JSON.stringify(await texts(hers)));
  // In the list of members the keys of a composition are not ours either; Escape closes the list and nothing else.
  await field.pressSequentially("@");
  const option = mine.getByRole("option", { name: "Ben" });
  await option.waitFor();
  for (const name of ["Enter", "Tab", "ArrowDown", "Escape"]) await key(name, 229);
  assert((await field.inputValue()) === "@" && (await option.isVisible()), "a composition's key took the list's place");
  await mine.setViewportSize({ width: 320, height: 640 });
  await field.press("Escape");
  await option.waitFor({ state: "detached" });
  assert(mine.url().endsWith(pod), "Escape has left the conversation, too");
  await field.fill("");
  await mine.setViewportSize({ width: 1280, height: 800 });

  // Links end where they end.
  await say(mine, "“https://en.wikipedia.org/wiki/M_(planet)” (Www.Example.org/a). HTTP://x.org🔥 javascript:alert(1)");
  const links = bubble(hers, "planet").locator(".text a");
  await links.first().waitFor();
  const hrefs = await links.evaluateAll((all) => all.map((a) => [a.getAttribute("href"), a.rel, a.target]));
  assert(
    JSON.stringify(hrefs) ===
      JSON.stringify(
        ["https://en.wikipedia.org/wiki/M_(planet)", "https://Www.Example.org/a", "HTTP://x.org"].map((href) => [
          href,
          "noopener noreferrer",
          "_blank",
        ]),
      ),
    JSON.stringify(hrefs),
  );

  // A name ends where the word ends, and is shown where the message mentions it.
  await say(mine, "@Benedict is not @Ben");
  const calls = bubble(hers, "@Benedict").locator("strong");
  await calls.first().waitFor();
  assert((await calls.allTextContents()).join() === "@Ben", "@Benedict is Ben");

  // Typing ends with the message, whatever the client that sent it says of it.
  const types = mine.getByText("Ben is typing");
  const typing = hers.getByRole("textbox", { name: "Message" });
  await typing.pressSequentially("h");
  await types.waitFor();
  const { id } = await api("POST", `/v1/pods/${pod}/messages`, ben, { text: "from another client" });
  await bubble(mine, "from another client").waitFor();
  assert((await types.count()) === 0, "typing outlives its message");
  // What others do to the message does not end it. It ends by itself, too, so on a slow machine it is looked at again.
  let on = false;
  await until("one goes on typing while others react", async () => {
    // A client tells of its keys every few seconds.
    await until("Ben types", async () => (await typing.pressSequentially("h"), (await types.count()) === 1));
    on = !on;
    await api(on ? "PUT" : "DELETE", `/v1/pods/${pod}/messages/${id}/reactions/${encodeURIComponent("🔥")}`, ana);
    const reaction = bubble(mine, "from another client").getByRole("button", { name: "🔥 by you" });
    await reaction.waitFor({ state: on ? "visible" : "detached" });
    return (await types.count()) === 1;
  });
  await typing.fill("");

  // The profile: a name that can be seen, of 80 characters; Instagram by name; pictures by https that load.
  await mine.goto(`${url}/me`);
  const name = mine.getByLabel("Name", { exact: true });
  const save = mine.getByRole("button", { name: "Save" });
  await name.fill("\u3164\u200B");
  await mine.getByText("Write something that can be seen.").first().waitFor();
  await name.fill("🎸".repeat(83));
  await mine.getByText("3 characters too many").first().waitFor();
  assert((await name.inputValue()) === "🎸".repeat(83), "what is too long was cut");
  await name.fill("🎸".repeat(80));
  const instagram = mine.getByLabel("Instagram", { exact: true });
  const picture = mine.getByLabel("Picture");
  await instagram.fill("https://evil.example/ana");
  await picture.fill("http://x.example/a.png");
  await save.click();
  await mine.getByText("That leads to evil.example, not to Instagram.").first().waitFor();
  await mine.getByText("must begin with https://").first().waitFor();
  await instagram.fill("@ana.lux");
  await picture.fill("https://127.0.0.1:1/none.png");
  await save.click();
  await mine.getByText("Saved.").waitFor();
  const profile = await api("GET", "/v1/me", ana);
  assert(profile.ig_url === "https://instagram.com/ana.lux", profile.ig_url);
  assert(profile.display_name === "🎸".repeat(80), profile.display_name);
  await mine.getByText("This picture does not load").first().waitFor();
  assert(
    (await mine.locator("header .avatar").first().innerText()) === "🎸",
    "no initials for a picture that is not there",
  );
});
