// Names from right to left, and texts that turn round: on every page each stands isolated, so that nothing beside it
// changes its place.
import { assert, be, bubble, device, PHONE, run, until } from "./support.mjs";

/** Texts with a letter from right to left that no element isolates, and labels in which no mark does. */
function bare() {
  const RTL = /[\u0590-\u05FF]/;
  const wrong = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!RTL.test(node.data) || !node.parentElement?.checkVisibility()) continue;
    // Marked in the sentence itself.
    if (!RTL.test(node.data.replace(/\u2068[^\u2069]*\u2069/g, ""))) continue;
    let element = node.parentElement;
    while (element && !/isolate|plaintext/.test(getComputedStyle(element).unicodeBidi)) {
      // A block is a paragraph of its own; if it holds nothing else, nothing can be turned.
      const alone = getComputedStyle(element).display !== "inline" && element.textContent.trim() === node.data.trim();
      if (alone) break;
      element = element.parentElement;
    }
    if (!element || element === document.body || element === document.documentElement)
      wrong.push(`text: ${node.parentElement.outerHTML.slice(0, 200)}`);
  }
  for (const element of document.querySelectorAll("[aria-label], [title]")) {
    for (const name of ["aria-label", "title"]) {
      const label = element.getAttribute(name) ?? "";
      const without = label.replace(/\u2068[^\u2069]*\u2069/g, "");
      // By itself it has no neighbour.
      if (RTL.test(without) && /[A-Za-z]/.test(label)) wrong.push(`${name}: ${label}`);
    }
  }
  return wrong;
}

await run(async (browser, { url, event, pod, people: [ana] }) => {
  const wrong = [];
  for (const options of [PHONE, {}]) {
    const { context, page } = await device(browser, options);
    await be(context, url, ana);
    const look = async (name) => {
      for (const finding of await page.evaluate(bare)) wrong.push(`${name}: ${finding}`);
    };
    await page.goto(url);
    await page.getByText("הרחבה 5").first().waitFor();
    await look("inbox");
    await page.goto(`${url}/pods/${pod}`);
    const said = bubble(page, "neB");
    await said.waitFor();
    await look("pod");
    await page.getByRole("button", { name: "People, invitations and settings" }).click();
    await page.getByRole("button", { name: "Make an invitation link" }).waitFor();
    await look("a pod's people");
    await page.keyboard.press("Escape");
    await said.getByRole("button", { name: "React, and more" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Reply", exact: true }).waitFor();
    await look("a message's actions");
    await page.getByRole("button", { name: "Reply", exact: true }).click();
    await page.getByRole("textbox", { name: "Message" }).fill("@");
    await page.getByRole("option").first().waitFor();
    await look("what is written");
    await page.getByRole("textbox", { name: "Message" }).fill("an answer to it");
    await page.getByRole("button", { name: "Send" }).click();
    await bubble(page, "an answer to it").first().waitFor();
    await look("a reply");
    // What turns round in a text ends with it: the time beside it is where every other is.
    const order = await said.locator(".when").evaluate((when) => {
      const range = document.createRange();
      const text = when.querySelector("time").firstChild;
      const at = (place) => (range.setStart(text, place), range.setEnd(text, place + 1), range.getBoundingClientRect());
      return at(0).left < at(text.length - 1).left;
    });
    assert(order, "a text has turned the time beside it");
    // A text has the direction of its own letters.
    const direction = await bubble(page, "שלום")
      .locator(".bubble")
      .evaluate((element) => getComputedStyle(element).direction);
    assert(direction === "rtl", "a Hebrew text runs from left to right");
    await page.goto(`${url}/events/${event}`);
    await page.getByText("שירה 7").first().waitFor();
    await until("the pods are there", async () => (await page.getByText("הרחבה 5").count()) > 0);
    await look("event");
    await context.close();
  }
  assert(wrong.length === 0, wrong.join("\n"));
});
