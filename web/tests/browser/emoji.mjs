// All emoji, for reactions and in what one writes: searched, toned, remembered; each is one however it is spelled.
import { assert, be, bubble, device, run, say, until } from "./support.mjs";

await run(async (browser, { url, pod, people: [ana, ben] }) => {
  const { context, page } = await device(browser);
  await be(context, url, ana);
  const list = [];
  page.on("request", (request) => /emoji-words/.test(request.url()) && list.push(request.url()));
  await page.goto(`${url}/pods/${pod}`);
  await say(page, "a text to react to");
  await bubble(page, "a text to react to").waitFor();
  const field = page.getByRole("textbox", { name: "Message" });

  const call = async (method, path, person) => {
    const answer = await fetch(url + path, { method, headers: { authorization: `Bearer ${person.token}` } });
    return answer.json();
  };
  const stored = async () =>
    (await call("GET", `/v1/pods/${pod}/messages`, ana)).messages.find(({ kind }) => kind === "text");
  const { id } = await stored();

  // Ben's client spells them otherwise: still one on the screen, with both of them, and one's own is known.
  for (const emoji of ["👍\uFE0F", "❤"]) {
    await call("PUT", `/v1/pods/${pod}/messages/${id}/reactions/${encodeURIComponent(emoji)}`, ben);
  }
  const said = bubble(page, "a text to react to");
  await said.getByRole("button", { name: "👍 by Ben" }).click();
  await said.getByRole("button", { name: "❤️ by Ben" }).click();
  await said.getByRole("button", { name: /👍 by (Ben and you|you and Ben)/ }).waitFor();
  await said.getByRole("button", { name: /❤️ by (Ben and you|you and Ben)/ }).waitFor();
  await until("what was sent is spelled as everybody spells it", async () => {
    const { reactions } = await stored();
    return reactions["👍"]?.includes(ana.id) && reactions["❤️"]?.includes(ana.id);
  });
  assert((await said.locator(".reactions button").count()) === 2, "an emoji stands twice");

  // The list is no part of the first load: it is read with the first look.
  assert(list.length === 0 || (await page.evaluate(() => navigator.serviceWorker?.controller !== null)), list.join());
  const more = async () => {
    await said.getByRole("button", { name: "React, and more" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "More emoji" }).click();
  };
  await more();
  const search = page.getByLabel("Search emoji");
  await page.getByRole("button", { name: "grinning face", exact: true }).waitFor();
  assert(await search.evaluate((element) => element === document.activeElement), "one cannot type at once");
  await search.fill("zzzz");
  await page.getByText("No emoji is called that.").waitFor();
  await search.fill("guitar");
  // By the keys alone: down into what was found, and chosen.
  await page.getByRole("button", { name: "guitar", exact: true }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await said.getByRole("button", { name: "🎸 by you" }).waitFor();

  // In a tone, which is remembered, as is what was used.
  await more();
  await page.getByRole("button", { name: /^Skin tone: No tone/ }).click();
  await page.getByRole("button", { name: "Medium-dark", exact: true }).click();
  await page.getByRole("button", { name: "People", exact: true }).click();
  await page.getByRole("button", { name: "waving hand", exact: true }).click();
  await said.getByRole("button", { name: "👋🏾 by you" }).waitFor();

  // In what one writes, at the caret.
  await page.reload();
  await said.waitFor();
  await field.fill("ab");
  await field.evaluate((element) => element.setSelectionRange(1, 1));
  await page.getByRole("button", { name: "Emoji", exact: true }).click();
  const used = page.getByRole("button", { name: "Recently used" });
  await until(
    "what was used is the first that is shown",
    async () => (await used.getAttribute("aria-pressed")) === "true",
  );
  await page.getByRole("button", { name: "waving hand", exact: true }).waitFor();
  const targets = await page.locator(".picker button").evaluateAll(
    (all) =>
      all.filter((one) => {
        const { width, height } = one.getBoundingClientRect();
        return width < 44 || height < 44;
      }).length,
  );
  assert(targets === 0, `${targets} targets are smaller than a thumb`);
  await page.getByRole("button", { name: "guitar", exact: true }).click();
  await until("it stands at the caret", async () => (await field.inputValue()) === "a🎸b");
  await until("one goes on typing behind it", () =>
    field.evaluate((element) => element === document.activeElement && element.selectionStart === 3),
  );

  // Alone they are large: flags, keycaps, tones, tags, families; what is text by default is not.
  const large = ["🇩🇪", "1️⃣", "👋🏾 👋🏾", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨‍👩‍👧", "☝🏿❤️🔥"];
  for (const text of [...large, "©", "12", "🔥🔥🔥🔥"]) {
    await say(page, text);
    const last = page.locator("article").last().locator(".bubble");
    await until(`${text} is shown`, async () => (await last.locator(".text").textContent()) === text);
    const isLarge = await last.evaluate((element) => element.classList.contains("large"));
    assert(isLarge === large.includes(text), `${text} is ${isLarge ? "" : "not "}large`);
  }
});
