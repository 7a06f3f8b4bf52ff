// What one keeps of a night: typed and kept through a reload, stored after a tunnel, changed, deleted; a shelf of any
// length, and a page to keep, which is one sheet in black on white.
import { findings } from "./axe.mjs";
import { asking, assert, be, device, DESKTOP, PHONE, proxy, run, until } from "./support.mjs";

await run(async (browser, { url, event, past, people: [ana, ben] }) => {
  const ask = asking(url);
  const network = await proxy(url);
  const mine = `/v1/events/${event}/memorabilia/me`;
  const { context, page } = await device(browser, { ...PHONE, reducedMotion: "reduce", locale: "en-GB" });
  await be(context, network.url, ana);
  const at = `${network.url}/events/${event}`;
  const button = (name) => page.getByRole("button", { name, exact: true });
  const sheet = page.getByRole("article");
  const card = page.getByRole("region", { name: "night" });
  const clean = async (page, name) => {
    const found = await findings(page);
    assert(found.length === 0, `${name}: ${found.join("\n")}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert(wide <= 0, `${name}: ${wide} pixels wider than the screen`);
  };

  await page.goto(`${network.url}/me/nights`);
  await page.getByText("Nothing kept yet").waitFor();
  await clean(page, "an empty shelf");

  // What is typed is there after a reload.
  await page.goto(at);
  await card.getByText("Only you can read it.").waitFor();
  await button("Write it down").tap();
  assert(await button("Keep it").isDisabled(), "nothing at all can be kept");
  await page.getByLabel("Song of the night").fill("Lanterns over the water");
  await page.getByLabel("The moment you will remember").fill("The lights went out.\nEverybody sang.");
  await page.getByRole("radio", { name: "9" }).check();
  await clean(page, "the form");
  await page.reload();
  await button("Go on writing").tap();
  assert((await page.getByLabel("Song of the night").inputValue()) === "Lanterns over the water", "the song is gone");
  assert(await page.getByRole("radio", { name: "9" }).isChecked(), "the level is gone");
  await page.getByLabel("Song of the night").fill("x".repeat(201));
  await page.getByText("1 character too many").first().waitFor();
  assert(await button("Keep it").isDisabled(), "what is too long can be kept");
  await page.getByLabel("Song of the night").fill("Lanterns over the water");

  // Kept in a tunnel, and stored behind it, also by a page that shows something else.
  await page.evaluate(() => navigator.serviceWorker.ready);
  network.down();
  await button("Keep it").tap();
  await page.getByText("Kept on this device.").waitFor();
  await card.getByText("Lanterns over the water").waitFor();
  await clean(page, "what waits to be stored");
  await page.goto(`${network.url}/me`);
  await page.getByRole("heading", { name: "Your nights" }).waitFor();
  network.up();
  const stored = await until("it is stored", () => ask(ana, "GET", mine).catch(() => null));
  assert(stored.song_of_night === "Lanterns over the water" && stored.crowd_level === 9, JSON.stringify(stored));
  assert(
    stored.peak_moment === "The lights went out.\nEverybody sang." && stored.notes === null,
    JSON.stringify(stored),
  );
  assert((await ask(ben, "GET", mine).catch(() => null)) === null, "Ben reads it");

  // Changed, by way of the page to keep.
  await page.goto(at);
  await page.getByRole("link", { name: "A page to keep" }).tap();
  await page.getByRole("heading", { level: 1, name: "Paper Lanterns" }).waitFor();
  await sheet.getByText("9 of 10").waitFor();
  await clean(page, "a page to keep");
  await button("Change it").tap();
  await page.getByLabel("Your guess for the opener").fill("Moth");
  await page.getByRole("radio", { name: "None" }).check();
  await button("Keep it").tap();
  await sheet.getByText("My guess for the opener").waitFor();
  assert((await sheet.getByText("9 of 10").count()) === 0, "a level that was taken back is shown");
  await until("the change is stored", async () => (await ask(ana, "GET", mine)).opener_guess === "Moth");

  // On paper: one A4 sheet, black on white, without anything of the client's; much or little of it.
  const desk = await device(browser, { ...DESKTOP, colorScheme: "dark", reducedMotion: "reduce", locale: "en-GB" });
  await be(desk.context, url, ana);
  await desk.context.addInitScript(() => (globalThis.print = () => (globalThis.printed = true)));
  const paper = desk.page;
  for (const notes of [null, "We stood by the left lamp post, and Ben lost a glove. ".repeat(185)]) {
    const { opener_guess, peak_moment, song_of_night, crowd_energy } = await ask(ana, "GET", mine);
    await ask(ana, "PUT", mine, { opener_guess, peak_moment, song_of_night, crowd_energy, crowd_level: 10, notes });
    await paper.goto("about:blank");
    await paper.goto(`${url}/me/nights/${event}`);
    await paper.getByRole("button", { name: "Print this page" }).click();
    assert(await paper.evaluate(() => globalThis.printed === true), "the button does not print");
    await paper.getByRole("article").getByText("10 of 10").waitFor();
    await clean(paper, "a page to keep, on a desktop");
    await paper.waitForTimeout(300);
    await paper.emulateMedia({ media: "print" });
    for (const gone of [paper.getByRole("navigation"), paper.getByRole("button"), paper.getByRole("link")])
      assert((await gone.filter({ visible: true }).count()) === 0, "something of the client's is on paper");
    const ink = await paper.evaluate(() => {
      const of = (element) => getComputedStyle(element);
      const texts = [...document.querySelectorAll("article:not([inert] *) *")].map((one) => of(one).color);
      return { ground: of(document.body).backgroundColor, texts: [...new Set(texts)] };
    });
    assert(ink.ground === "rgb(255, 255, 255)" && ink.texts.join() === "rgb(0, 0, 0)", JSON.stringify(ink));
    const pdf = (await paper.pdf({ preferCSSPageSize: true })).toString("latin1");
    const sheets = pdf.match(/\/Type\s*\/Page\b(?!s)/g)?.length;
    assert(sheets === 1, `${sheets} sheets with ${notes?.length ?? 0} characters of notes`);
    assert(/\/MediaBox\s*\[\s*0 0 59[45][\d.]* 84[12]/.test(pdf), "the sheet is not A4");
    await paper.emulateMedia({ media: "screen" });
  }

  // The shelf is read to its end.
  for (const each of past) await ask(ana, "PUT", `/v1/events/${each}/memorabilia/me`, { notes: "It was good." });
  await paper.goto(`${url}/me`);
  await paper.getByRole("link", { name: "See your nights" }).click();
  await paper.getByRole("heading", { level: 1, name: "Your nights" }).waitFor();
  const tickets = paper.locator("a.ticket");
  await until("a page of it", async () => (await tickets.count()) === 20);
  await clean(paper, "the shelf");
  await paper.getByRole("button", { name: "Show more" }).click();
  await until("all of it", async () => (await tickets.count()) === past.length + 1);
  assert((await paper.getByRole("button", { name: "Show more" }).count()) === 0, "there is more");
  await paper.getByRole("link", { name: "Paper Lanterns" }).last().click();
  await paper.getByRole("button", { name: "Print this page" }).waitFor();

  // Deleted for good.
  await page.goto(at);
  await button("Change it").tap();
  await button("Delete it").tap();
  await page.getByRole("button", { name: /^Really\?/ }).tap();
  await button("Write it down").waitFor();
  await until("it is gone", async () => (await ask(ana, "GET", mine).catch(() => null)) === null);
  await page.goto(`${network.url}/me/nights/${event}`);
  await page.getByText("Nothing is kept of this night").waitFor();
  await clean(page, "a page with nothing to keep");
});
