// Addresses as people have them, what is asked for while one is signed out, what pages are called, and errors that end a
// part of a page.
import { assert, device, run, signIn, until } from "./support.mjs";

await run(async (browser, { url, event, pod, invite, account }) => {
  const stranger = await device(browser);
  const { page } = stranger;
  const at = () => page.evaluate(() => location.pathname + location.search + location.hash);
  const titled = (page, wanted) => until(`the title is ${wanted}`, async () => (await page.title()) === wanted);

  // Pasted out of a sentence, with what stood behind it.
  for (const trail of ["", ".", ").", "%E2%80%9D", ","]) {
    await page.goto("about:blank");
    await page.goto(`${url}/i/${invite}${trail}`);
    await page.getByText("keeps you a seat").waitFor();
    assert((await at()) === `/i/${invite}`, `${trail}: ${await at()}`);
  }
  // A slash is no other address.
  await page.evaluate((path) => {
    history.pushState(null, "", path);
    dispatchEvent(new PopStateEvent("popstate"));
  }, `/i/${invite}/`);
  await until("the slash is forgiven", async () => (await at()) === `/i/${invite}`);
  await page.getByText("keeps you a seat").waitFor();
  await until("an invitation says to what", async () => /^Invitation to .+ · Podium$/.test(await page.title()));

  // An event is there for everybody, with the way in.
  await page.goto(`${url}/events/${event}?from=a%26b`);
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.getByRole("link", { name: "Make an account" }).click();
  await titled(page, "Make an account · Podium");
  await page.getByRole("link", { name: "Sign in" }).click();
  await titled(page, "Sign in · Podium");
  assert(new URL(page.url()).searchParams.get("next") === `/events/${event}?from=a%26b`, await at());
  // A sign that stands for nothing is no error.
  await page.goto(`${url}/events/%25`);
  await page.getByRole("link", { name: "Sign in" }).waitFor();

  // What one wanted to see is what one comes to, query and all; and it is never elsewhere.
  await page.goto(`${url}/me?x=1&y=%20#z`);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  assert((await at()).includes(encodeURIComponent("/me?x=1&y=%20#z")), await at());
  await signIn(page, account);
  await page.getByText("How others see you").waitFor();
  assert((await at()) === "/me?x=1&y=%20#z", `led to ${await at()}`);
  for (const elsewhere of ["//evil.example", "/\\evil.example", "javascript:alert(1)", "/signin?next=/me"]) {
    await page.goto(`${url}/signin?next=${encodeURIComponent(elsewhere)}`);
    await page.getByRole("heading", { name: "Your pods" }).waitFor();
    assert((await at()) === "/", `${elsewhere} leads to ${await at()}`);
  }

  // Each page says what it is, with what is unread.
  await titled(page, "(1) Your pods · Podium");
  await page.getByRole("link", { name: "Events" }).click();
  await titled(page, "(1) Events · Podium");
  await page.getByRole("link", { name: "You", exact: true }).click();
  await titled(page, "(1) You · Podium");
  await page.goBack();
  await titled(page, "(1) Events · Podium");
  await page.goto(`${url}/pods/${pod}`);
  // Until the pod is read, three dots stand there.
  const name = await page.locator(".pod h1").filter({ hasNotText: "…" }).innerText();
  await titled(page, `${name} · Podium`);
  await page.goto(`${url}/events/${event}`);
  const artist = await page.locator(".ticket h1").innerText();
  await until("an event's title is who plays and where", async () => (await page.title()).startsWith(`${artist}, `));

  // What the server says is not what it should be: a part ends, and the rest goes on.
  await page.route("**/v1/me/pods*", async (route) => {
    const answer = await route.fetch();
    const list = await answer.json();
    await route.fulfill({
      response: answer,
      json: { ...list, items: list.items.map((one) => ({ ...one, members: 7 })) },
    });
  });
  await page.goto(url);
  const broken = page.getByRole("alert");
  await broken.getByText("This pod cannot be shown.").waitFor();
  assert(!/TypeError|undefined|function/.test(await page.locator("body").innerText()), "no words of a library");
  await page.getByRole("link", { name: "You", exact: true }).click();
  await page.getByText("How others see you").waitFor();
  await page.unroute("**/v1/me/pods*");
  await page.goto(url);
  await page.getByRole("link", { name: new RegExp(name) }).waitFor();

  // What happened outside of any part is told, too, in plain words.
  await page.evaluate(() => {
    const error = new TypeError("crypto.randomUUID is not a function");
    dispatchEvent(new ErrorEvent("error", { error, filename: `${location.origin}/assets/x.js` }));
  });
  await page.getByText("Something did not work.").waitFor();
  assert(!(await page.locator("body").innerText()).includes("randomUUID"), "no words of a library");
});
