// Storage that throws, is nothing, or is full: one signs up by an invitation, is in, writes, and reads a sentence about
// it; after a reload one signs in again. No page is white, and nobody reads of quotas.
import { assert, device, holdsOn, run, say, signUp, texts, until } from "./support.mjs";

const FAULTS = {
  throws: () => {
    for (const name of ["localStorage", "sessionStorage"])
      Object.defineProperty(globalThis, name, {
        get() {
          throw new DOMException("The operation is insecure: quota", "SecurityError");
        },
      });
  },
  nothing: () => {
    for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(globalThis, name, { value: null });
  },
  full: () => {
    Storage.prototype.setItem = () => {
      throw new DOMException("Setting the value exceeded the quota.", "QuotaExceededError");
    };
  },
};

await run(async (browser, { url, invite }) => {
  for (const [fault, script] of Object.entries(FAULTS)) {
    const { context, page } = await device(browser);
    await context.addInitScript(script);
    const plain = async (where) => {
      const words = await page.locator("body").innerText();
      assert(words.trim() !== "", `${fault}, ${where}: the page is white`);
      assert(!/quota|insecure|undefined|null/i.test(words), `${fault}, ${where}: ${words}`);
    };
    await page.goto(`${url}/i/${invite}`);
    await page.getByRole("link", { name: "Make an account and take the seat" }).click();
    await signUp(page, { name: `Kim ${fault}`, email: `${fault}@example.org`, password: "a sentence to remember" });
    // The invitation is taken by itself, which this tab remembers.
    await page.getByRole("textbox", { name: "Message" }).waitFor();
    await page.getByText("Only this tab is signed in").waitFor();
    await say(page, `I am in: ${fault}`);
    await until("it is stored", async () =>
      (await texts(page)).some(({ text, state }) => text === `I am in: ${fault}` && state === "stored"),
    );
    // A draft and the theme are remembered as long as the tab is there.
    await page.getByRole("textbox", { name: "Message" }).fill("half a thou");
    assert(await holdsOn(page), `${fault}: the browser asks before the draft goes`);
    await page.getByRole("link", { name: "You", exact: true }).click();
    await page.getByRole("radio", { name: "Light" }).check();
    assert((await page.locator("html").getAttribute("data-theme")) === "light", `${fault}: the theme is taken`);
    await plain("one's own page");
    await page.goBack();
    await until("the draft is there", async () => {
      const field = page.getByRole("textbox", { name: "Message" });
      return (await field.inputValue()) === "half a thou";
    });
    await plain("the pod");
    await page.getByRole("textbox", { name: "Message" }).fill("");
    assert(!(await holdsOn(page)), `${fault}: there is nothing to lose any more`);
    await page.reload();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await plain("after a reload");
    await page.getByLabel("Email").fill(`${fault}@example.org`);
    await page.getByLabel("Password").fill("a sentence to remember");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Only this tab is signed in").waitFor();
    await plain("signed in again");
    await context.close();
  }

  // What was kept is not what it should be: one signs in, and that is all.
  for (const junk of ["{", '{"access_token":1}', '{"access_token":"x"}', "[]", "7"]) {
    const { context, page } = await device(browser);
    await context.addInitScript((junk) => {
      if (location.protocol !== "about:") localStorage.setItem("podium.session", junk);
    }, junk);
    await page.goto(url);
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await context.close();
  }
});
