// Mentions follow an edit: whoever is offered while a message is changed is mentioned, whoever is taken out is no more.
import { be, bubble, device, run, say, until } from "./support.mjs";

await run(async (browser, { url, pod, people: [ana, ben] }) => {
  const one = await device(browser);
  const two = await device(browser);
  await be(one.context, url, ana);
  await be(two.context, url, ben);
  const [mine, hers] = [one.page, two.page];
  await mine.goto(`${url}/pods/${pod}`);
  await hers.goto(`${url}/pods/${pod}`);
  const field = mine.getByRole("textbox", { name: "Message" });
  const stored = async () => {
    const headers = { authorization: `Bearer ${ana.token}` };
    const { messages } = await (await fetch(`${url}/v1/pods/${pod}/messages`, { headers })).json();
    return messages.find(({ text }) => text.startsWith("hello"))?.mentions;
  };

  await say(mine, "hello there");
  await bubble(hers, "hello there").waitFor();
  await edit(mine, "hello there");
  await field.fill("hello ");
  await field.press("End");
  await field.pressSequentially("@be");
  await mine.getByRole("option", { name: "Ben" }).click();
  await mine.getByRole("button", { name: "Save" }).click();
  await bubble(mine, "hello @Ben").locator("strong", { hasText: "@Ben" }).waitFor();
  await until("the edit's mention is stored", async () => (await stored())?.join() === ben.id);
  await bubble(hers, "hello @Ben").locator("strong", { hasText: "@Ben" }).waitFor();
  // And taken out again.
  await edit(mine, "hello @Ben");
  await field.fill("hello Ben");
  await mine.getByRole("button", { name: "Save" }).click();
  await bubble(hers, "hello Ben").waitFor();
  await until("nobody is mentioned", async () => (await stored())?.length === 0);

  async function edit(page, text) {
    const actions = bubble(page, text).getByRole("button", { name: "React, and more" });
    await actions.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Edit" }).click();
    await until("it is to be changed", async () => (await field.inputValue()) === text);
  }
});
