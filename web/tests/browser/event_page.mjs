// An event's page: on a phone its tabs, by address, by touch and by keyboard, and a tab that cannot be loaded; on a desktop
// two columns without tabs. A stranger sees no tabs, since there is nothing behind them.
import { assert, be, device, PHONE, run, withoutWorkers } from "./support.mjs";

await run(async (browser, { url, event, people: [ana] }) => {
  const { context, page } = await device(browser, { ...PHONE, viewport: { width: 320, height: 640 } });
  const at = `${url}/events/${event}`;
  const tab = (name) => page.getByRole("link", { name, exact: true });
  const people = page.getByRole("heading", { name: "People 2" });
  const going = page.getByRole("heading", { name: "You are going" });
  const isCurrent = async (name) => (await tab(name).getAttribute("aria-current")) === "page";

  await page.goto(at);
  await page.getByRole("link", { name: "I'm going" }).waitFor();
  assert((await tab("Crew").count()) === 0, "a stranger sees tabs");
  await be(context, url, ana);

  // What it opens with needs no name; the other one is an address of its own, and back leads back.
  await page.goto(at);
  await going.waitFor();
  assert((await isCurrent("Now")) && !(await people.isVisible()), "the first tab alone");
  await tab("Crew").tap();
  await people.waitFor();
  assert(page.url() === `${at}?tab=crew` && (await isCurrent("Crew")), page.url());
  assert(!(await going.isVisible()), "one tab at a time");
  await page.goBack();
  await going.waitFor();
  assert(page.url() === at, page.url());
  await page.reload();
  await going.waitFor();
  await tab("Crew").focus();
  await page.keyboard.press("Enter");
  await people.waitFor();
  assert(await tab("Crew").evaluate((link) => link === document.activeElement), "the focus stays on the tab");
  await page.reload();
  await people.waitFor();
  await page.goto(`${at}?tab=nothing&from=poster`);
  await going.waitFor();
  await tab("Crew").tap();
  await people.waitFor();
  assert(page.url() === `${at}?tab=crew&from=poster`, page.url());
  for (const name of ["Now", "Crew"]) {
    const box = await tab(name).boundingBox();
    assert(box.height >= 44 && box.x >= 0 && box.x + box.width <= 320, `${name}: ${JSON.stringify(box)}`);
  }

  // A tab that cannot be loaded ends alone, says what to do, and is there when it can be.
  const poor = await device(browser, PHONE);
  await withoutWorkers(poor);
  await be(poor.context, url, ana);
  await poor.context.route(/\/assets\/EventCrew-.*\.js/, (route) => route.abort());
  await poor.page.goto(`${at}?tab=crew`);
  await poor.page.getByText("Check your network and try again.").waitFor();
  await poor.page.getByRole("heading", { level: 1 }).waitFor();
  await poor.context.unroute(/\/assets\/EventCrew-.*\.js/);
  await poor.page.getByRole("button", { name: "Try again" }).click();
  await poor.page.getByRole("heading", { name: "People 2" }).waitFor();

  // A page that cannot be loaded, too.
  await poor.context.route(/\/assets\/Me-.*\.js/, (route) => route.abort());
  await poor.page.getByRole("link", { name: "You", exact: true }).click();
  await poor.page.getByRole("heading", { name: "This could not be loaded" }).waitFor();
  await poor.context.unroute(/\/assets\/Me-.*\.js/);
  await poor.page.getByRole("button", { name: "Try again" }).click();
  await poor.page.getByText("How others see you").waitFor();

  const wide = await device(browser);
  await be(wide.context, url, ana);
  await wide.page.goto(`${at}?tab=crew`);
  const heading = (name) => wide.page.getByRole("heading", { name });
  await heading("You are going").waitFor();
  await heading("People 2").waitFor();
  const left = await heading("You are going").boundingBox();
  const right = await heading("People 2").boundingBox();
  assert(left.x + left.width < right.x, "two columns, side by side");
  assert((await wide.page.getByRole("link", { name: "Crew", exact: true }).count()) === 0, "no tabs are needed");
  // A narrower window goes on where the address says.
  await wide.page.setViewportSize({ width: 800, height: 800 });
  await wide.page.getByRole("link", { name: "Crew", exact: true }).waitFor();
  await wide.page.getByRole("heading", { name: "You are going" }).waitFor({ state: "detached" });
});
