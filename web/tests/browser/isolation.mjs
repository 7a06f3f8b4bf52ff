// Names from right to left, and texts that turn round: on every page each stands isolated, so that nothing beside it
// changes its place.
import { assert, be, bubble, DESKTOP, device, PHONE, run, until } from "./support.mjs";

/** Texts with a letter from right to left that no element isolates, and labels in which no mark does. */
function bare() {
  const RTL = /[\u0590-\u05FF]/;
  const wrong = [];
  // Blocks are isolated, too, but whatever else they hold stands beside the name: what counts is an element that holds
  // one text of one person.
  const isApart = (node) => {
    for (let element = node.parentElement; element; element = element.parentElement) {
      const { unicodeBidi, display } = getComputedStyle(element);
      if (element.matches("bdi, .text, [dir=auto]") && /isolate|plaintext/.test(unicodeBidi)) return true;
      // The names here have no Latin letters: those are the client's own words.
      const isAlone = element.textContent.trim() === node.data.trim() && !/[A-Za-z]/.test(node.data);
      if (isAlone && display !== "inline") return true;
    }
    return false;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!RTL.test(node.data) || !node.parentElement?.checkVisibility()) continue;
    // Marked in the sentence itself.
    if (!RTL.test(node.data.replace(/\u2068[^\u2069]*\u2069/g, ""))) continue;
    if (!isApart(node)) wrong.push(`text: ${node.parentElement.outerHTML.slice(0, 200)}`);
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

await run(async (browser, { url, event, pod, people: [ana, ben] }) => {
  const wrong = [];
  // As one who sees the name, and as the one who has it.
  for (const [options, person] of [
    [PHONE, ana],
    [DESKTOP, ben],
  ]) {
    const { context, page } = await device(browser, options);
    await be(context, url, person);
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
    await until("one's pod is there", async () => (await page.locator(".mine").getByText("הרחבה 5").count()) > 0);
    await look("event");
    await page.goto(`${url}/events/${event}?tab=crew`);
    await page.getByText("שירה 7").first().waitFor();
    await until("the pods are there", async () => (await page.getByText("הרחבה 5").count()) > 0);
    await look("event's crew");
    await context.close();
  }
  assert(wrong.length === 0, wrong.join("\n"));
});
