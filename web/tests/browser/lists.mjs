// Lists that are longer than a page, and the names of those who have left.
import { assert, bubble, device, run, signIn, until } from "./support.mjs";

await run(async (browser, { url, pod, account }) => {
  const { context, page } = await device(browser);
  await page.goto(`${url}/signin`);
  await signIn(page, account);

  // The words of one who has left are theirs, also on a device that has never seen them as a member.
  await page.getByRole("link", { name: /Ben Departed left/ }).waitFor();
  await page.goto(`${url}/pods/${pod}`);
  const words = bubble(page, "said before I went");
  await words.getByText("Ben Departed", { exact: true }).waitFor();
  await page.getByText("Ben Departed left").first().waitFor();
  // And they are kept: without the server's answer they are there.
  await until("the name is kept", () =>
    page.evaluate(async () => {
      const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith("podium-"));
      const db = await new Promise(
        (resolve) => (indexedDB.open(name).onsuccess = ({ target }) => resolve(target.result)),
      );
      const request = db.transaction("lists").objectStore("lists").get("people");
      await new Promise((resolve) => (request.onsuccess = resolve));
      db.close();
      return (request.result ?? []).some(([, name]) => name === "Ben Departed");
    }),
  );
  let asked = 0;
  await page.route("**/v1/profiles/*", (route) => (asked++, route.abort()));
  await page.reload();
  await words.getByText("Ben Departed", { exact: true }).waitFor();
  assert(asked === 0, "nobody was asked for again");

  // All invitations, a page at a time, each once.
  await page.getByRole("button", { name: "People, invitations and settings" }).click();
  const links = page.getByRole("button", { name: "Take this link back" });
  await until("the first page of invitations", async () => (await links.count()) === 50);
  await page.getByRole("button", { name: "Older invitations" }).click();
  await until("all invitations", async () => (await links.count()) === 60);
  assert((await page.getByRole("button", { name: "Older invitations" }).count()) === 0, "there are no more");
  await page.keyboard.press("Escape");

  // All devices.
  await page.goto(`${url}/me`);
  await page.getByText("Where you are signed in").waitFor();
  const devices = page.locator("section", { hasText: "Where you are signed in" }).getByRole("listitem");
  assert((await devices.count()) === 10, `${await devices.count()} devices at first`);
  await page.getByRole("button", { name: /^Show more of 13 devices/ }).click();
  await until("all devices", async () => (await devices.count()) === 13);

  // A list that could not be read says so, and is read again.
  await page.route("**/v1/me/sessions*", (route) => route.abort());
  await page.reload();
  await page.getByText("Your devices could not be loaded.").waitFor();
  await page.unroute("**/v1/me/sessions*");
  await page.getByRole("button", { name: "Try again" }).click();
  await until("the devices after all", async () => (await devices.count()) === 10);
  await context.close();
});
