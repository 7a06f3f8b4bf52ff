// The meet point: named by the event's maker, read live by others whose page does not move for it, changed by a host, by
// two at once, and taken back. A visitor sees it where it is for everybody.
import { findings } from "./axe.mjs";
import { asking, assert, be, device, PHONE, run, until } from "./support.mjs";

const NARROW = { ...PHONE, viewport: { width: 320, height: 640 } };

await run(async (browser, { url, event, people: [ana, ben, cleo] }) => {
  const ask = asking(url);
  const at = `${url}/events/${event}`;
  const open = async (person, options = {}) => {
    const { context, page } = await device(browser, { reducedMotion: "reduce", locale: "en-GB", ...options });
    if (person) await be(context, url, person);
    await page.goto(at);
    return page;
  };
  const card = (page) => page.getByRole("region", { name: "Meet point" });
  const button = (page, name) => page.getByRole("button", { name, exact: true });
  const edit = (page) => button(page, "Change the meet point");
  const clean = async (page, name) => {
    const found = await findings(page);
    assert(found.length === 0, `${name}: ${found.join("\n")}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert(wide <= 0, `${name}: ${wide} pixels wider than the screen`);
  };

  const maker = await open(ana, { timezoneId: "America/New_York" });
  const reader = await open(ben, { ...PHONE, timezoneId: "Europe/Berlin" });
  const host = await open(cleo, { ...NARROW, colorScheme: "dark" });
  for (const page of [maker, reader, host]) await page.getByRole("heading", { name: "You are going" }).waitFor();
  for (const page of [reader, host])
    assert((await button(page, "Name a meet point").count()) === 0, "anybody names it");
  const below = reader.getByRole("heading", { name: "You are going" });
  const place = async () => (await below.boundingBox()).y;
  const before = await place();

  // Named: others hear of it, and see it when they want to.
  await button(maker, "Name a meet point").click();
  await maker.getByLabel("Where do you meet?").fill("The lamp post by the left gate");
  await maker.getByLabel("When?").fill("2031-06-09T19:30");
  await maker.getByText("In the time of the place (New York).").waitFor();
  await maker.getByLabel("Or when in words").fill("or after the support act");
  await maker.getByLabel("How does one find it?").fill("Third from the left.\nMap: https://example.org/map");
  await clean(maker, "naming it");
  await button(maker, "Save").click();
  await card(maker).getByText("Monday, 19:30").waitFor();
  assert((await card(maker).getByText("New York time").count()) === 0, "a zone that is the reader's own is named");
  await reader.getByText("There is a meet point now.").waitFor();
  assert((await place()) === before, "the page moved for the news");
  await clean(reader, "the news of it");
  await button(reader, "Show it").tap();
  await card(reader).getByText("The lamp post by the left gate").waitFor();
  await card(reader).getByText("Monday, 19:30 New York time").waitFor();
  await card(reader).getByText("That is 01:30 on Tuesday for you.").waitFor();
  const text = await card(reader).innerText();
  assert(text.includes("Third from the left.\nMap:"), text);
  assert(text.includes("or after the support act") && text.includes("Last changed: Today"), text);
  const link = card(reader).getByRole("link", { name: "https://example.org/map" });
  assert((await link.getAttribute("rel")).includes("noopener"), "a link that knows where it was opened");
  assert((await edit(reader).count()) === 0, "a member may change it");
  await clean(reader, "a reader's page");

  // A visitor without an account sees it where it is for everybody, and not before.
  const visitor = await open(null);
  await visitor.getByText("Going?").waitFor();
  await visitor.waitForLoadState("networkidle");
  assert((await card(visitor).count()) === 0, "a stranger sees what is for members");
  await edit(maker).click();
  await maker.getByLabel("Show it to everybody, also without an account").check();
  await button(maker, "Save").click();
  await card(maker).getByText("Everybody sees this").waitFor();
  await visitor.reload();
  await card(visitor).getByText("The lamp post by the left gate").waitFor();
  assert((await edit(visitor).count()) === 0, "a visitor may change it");
  await clean(visitor, "a visitor's page");

  // Cleo becomes a host, and may change it at once. Her page shows the mark, too.
  await maker.getByRole("button", { name: "More about Cleo" }).click();
  await button(maker, "Make them a host").click();
  await maker.getByText("Host", { exact: true }).waitFor();
  await button(host, "Show it").or(edit(host)).first().waitFor();
  if (await button(host, "Show it").count()) await button(host, "Show it").tap();
  await edit(host).waitFor();
  await clean(host, "a host's page");

  // Both type at once. Who is slower sees what the other one wrote, and keeps what was typed.
  await edit(host).tap();
  await host.getByLabel("Where do you meet?").fill("Gate C");
  await edit(maker).click();
  await maker.getByLabel("Where do you meet?").fill("Gate B");
  await button(maker, "Save").click();
  await host.getByText("Another person has changed it meanwhile.").waitFor();
  await host.getByRole("dialog").getByText("Gate B").waitFor();
  assert((await host.getByLabel("Where do you meet?").inputValue()) === "Gate C", "what was typed is gone");
  await clean(host, "a conflict");
  await card(reader).getByText("Gate B").waitFor();

  // The same without a socket: the server refuses, and what was typed outlives a reload.
  const deaf = await device(browser, { reducedMotion: "reduce", locale: "en-GB" });
  await be(deaf.context, url, ana);
  await deaf.context.routeWebSocket(/\/socket/, () => undefined);
  await deaf.page.goto(at);
  await edit(deaf.page).click();
  await deaf.page.getByLabel("Where do you meet?").fill("Gate D");
  await button(host, "Save mine in its place").tap();
  await card(reader).getByText("Gate C").waitFor();
  const refused = deaf.page.waitForResponse((answer) => answer.status() === 412);
  await button(deaf.page, "Save").click();
  await refused;
  await deaf.page.getByText("Another person has changed it meanwhile.").waitFor();
  assert((await deaf.page.getByRole("dialog").innerText()).includes("Gate C"), "what the other one wrote is not shown");
  await deaf.page.reload();
  await edit(deaf.page).click();
  const typed = deaf.page.getByLabel("Where do you meet?");
  assert((await typed.inputValue()) === "Gate D", "what was typed did not outlive the reload");
  await button(deaf.page, "Save").click();
  await until("it is Gate D", async () => (await ask(ben, "GET", `/v1/events/${event}/meet-point`)).title === "Gate D");
  await card(reader).getByText("Gate D").waitFor();

  // What nobody has typed anything into follows by itself.
  await edit(host).tap();
  await edit(maker).click();
  await maker.getByLabel("Where do you meet?").fill("Gate E");
  await button(maker, "Save").click();
  await until("the form shows it", async () => (await host.getByLabel("Where do you meet?").inputValue()) === "Gate E");
  assert(
    (await host.getByText("Another person has changed it").count()) === 0,
    "one is asked about what one did not type",
  );

  // Taken back, its room stays until one comes again.
  const held = await place();
  await button(host, "Delete it").tap();
  await host.getByRole("button", { name: /^Really\?/ }).tap();
  await card(reader).getByText("There is no meet point at the moment.").waitFor();
  assert((await place()) === held, "the page moved when it was taken back");
  await reader.reload();
  await below.waitFor();
  assert((await card(reader).count()) === 0, "there is still one");

  // No host any more, and no way to name one.
  await button(host, "Name a meet point").waitFor();
  await maker.getByRole("button", { name: "More about Cleo" }).click();
  await button(maker, "No longer a host").click();
  await button(host, "Name a meet point").waitFor({ state: "detached" });
});
