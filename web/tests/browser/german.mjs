// Somebody whose browser speaks German signs up, goes to an event, makes a pod and writes; changes to English and back
// while something is being typed; and opens the client without a network, in German.
import { findings } from "./axe.mjs";
import { asking, assert, bubble, device, PHONE, proxy, run, until } from "./support.mjs";

await run(async (browser, { url, event }) => {
  const network = await proxy(url);
  const { context, page } = await device(browser, {
    ...PHONE,
    viewport: { width: 320, height: 640 },
    locale: "de-DE",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
  });
  const wrong = [];
  /** Nothing is English, nothing is too wide, and axe finds nothing serious. */
  const check = async (name, language = "de") => {
    await page.evaluate(() => document.fonts.ready);
    for (const finding of await findings(page)) wrong.push(`${name}: ${finding}`);
    const seen = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth - innerWidth,
      language: document.documentElement.lang,
      text: `${document.title}\n${document.body.innerText}`,
    }));
    if (seen.wide > 0) wrong.push(`${name}: ${seen.wide} pixels wider than the screen`);
    if (seen.language !== language) wrong.push(`${name}: the page says that it is in ${seen.language}`);
    const foreign = language === "de" ? /\b(the|your|you|and|with)\b/i : /\b(der|die|das|dein|und|mit)\b/i;
    const found = foreign.exec(seen.text.replaceAll(event, ""));
    if (found) wrong.push(`${name}: "${seen.text.slice(Math.max(0, found.index - 30), found.index + 30)}"`);
  };

  await page.goto(`${network.url}/signup`);
  await page.getByText("Finde deine Crew").waitFor();
  await check("Konto anlegen");
  await page.getByLabel("Wie sollen dich die anderen nennen?").fill("Jörg");
  // The language changes without losing what was typed.
  await page.getByLabel("Sprache").selectOption("en");
  await page.getByText("Find your crew").waitFor();
  await check("sign up", "en");
  assert((await page.getByLabel("What should people call you?").inputValue()) === "Jörg", "what was typed stays");
  await page.getByLabel("Language").selectOption("de");
  await page.getByLabel("E-Mail").fill("joerg@example.org");
  await page.getByLabel("Passwort").fill("kurz");
  await page.getByRole("button", { name: "Konto anlegen" }).click();
  await page.getByText("Mindestens 8 Zeichen.").first().waitFor();
  await page.getByLabel("Passwort").fill("ein Satz zum Merken");
  await page.getByRole("button", { name: "Konto anlegen" }).click();
  await page.getByText("Noch kein Pod").waitFor();
  assert((await page.title()).includes("Deine Pods"), "the title is German");
  await check("Deine Pods");

  await page.getByRole("link", { name: "Event finden" }).click();
  await page.getByText("Demnächst").waitFor();
  await check("Events");
  await page.getByRole("link", { name: event }).click();
  await page.getByText("Gehst du hin?").waitFor();
  await page.getByText("Uhr").first().waitFor();
  await check("ein Event");
  await page.getByRole("button", { name: "Ich gehe hin" }).click();
  await page.getByRole("link", { name: "Crew", exact: true }).click();
  await page.getByText("Noch keine Pods").waitFor();
  await check("ein Event, zu dem man geht");
  await page.getByRole("button", { name: "Pod aufmachen" }).click();
  await page.getByLabel("Wie soll er heißen?").fill("Vorne links");
  await page.getByRole("button", { name: "Aufmachen", exact: true }).click();
  const field = page.getByRole("textbox", { name: "Nachricht" });
  await field.fill("Servus, wer kommt noch?");
  await page.getByRole("button", { name: "Senden" }).click();
  await bubble(page, "Servus").waitFor();
  await page.getByText("Du bist jetzt dabei").first().waitFor();
  await check("ein Pod");
  // What waits in the field outlives the change of the language elsewhere.
  await field.fill("halb getippt");

  await page.getByRole("link", { name: "Zurück zu deinen Pods" }).click();
  await page.getByText("Du: Servus").waitFor();
  await page.getByRole("link", { name: "Du", exact: true }).click();
  await page.getByText("So sehen dich andere").waitFor();
  await page.getByText("Hier bist du angemeldet").waitFor();
  await check("Du");
  const saved = page.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.ok());
  await page.getByLabel("Sprache").selectOption("en");
  await page.getByText("How others see you").waitFor();
  await saved;
  await check("you", "en");
  const { access_token: token } = await page.evaluate(() => JSON.parse(localStorage.getItem("podium.session")));
  const me = () => asking(url)({ token }, "GET", "/v1/me");
  assert((await me()).language === "en", "the profile has the language");
  await page.reload();
  await page.getByText("How others see you").waitFor();
  await page.getByLabel("Language").selectOption("de");
  await page.getByText("So sehen dich andere").waitFor();
  await until("the profile is German again", async () => (await me()).language === "de");

  // Without a network it opens in German.
  await page.evaluate(() => navigator.serviceWorker.ready);
  network.down();
  await page.goto(`${network.url}/`);
  await page.getByText("Du: Servus").waitFor();
  await page.getByText("Was du schreibst, bleibt erhalten").waitFor();
  await check("Deine Pods ohne Netz");
  await page.getByRole("link", { name: /Vorne links/ }).click();
  await bubble(page, "Servus").waitFor();
  await until("what was typed is there", async () => (await field.inputValue()) === "halb getippt");
  network.up();

  // On another device, which speaks English, it is German after signing in.
  const other = await device(browser, { locale: "en-GB" });
  await other.page.goto(`${url}/signin`);
  await other.page.getByLabel("Email").fill("joerg@example.org");
  await other.page.getByLabel("Password").fill("ein Satz zum Merken");
  await other.page.getByRole("button", { name: "Sign in" }).click();
  await other.page.getByRole("heading", { name: "Deine Pods" }).waitFor();
  await context.close();
  assert(wrong.length === 0, wrong.join("\n\n"));
});
