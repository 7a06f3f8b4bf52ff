// Pinning a pod and marking it as unread: at once, on all devices, through a reload and a network that is gone.
import { assert, be, bubble, device, DESKTOP, PHONE, proxy, run, until } from "./support.mjs";

await run(async (browser, { url, pods: [first, second], people: [ana, ben] }) => {
  const way = await proxy(url);
  const { context, page } = await device(browser, PHONE);
  await be(context, way.url, ana);
  const names = (at) => at.locator(".inbox .name").allTextContents();
  const shows = (at, what, list) => until(what, async () => JSON.stringify(await names(at)) === JSON.stringify(list));
  const open = (at, name) => at.getByRole("button", { name: new RegExp(`Pin ${name}`) }).click();

  await page.goto(way.url);
  await shows(page, "the newest first", [second.name, first.name]);
  await open(page, first.name);
  await page.getByRole("button", { name: "Pin to the top" }).click();
  await shows(page, "the pinned one first", [first.name, second.name]);

  // Another device of hers has it, too, and goes on hearing.
  const other = await device(browser, DESKTOP);
  await be(other.context, url, ana);
  await other.page.goto(url);
  await shows(other.page, "the pin elsewhere", [first.name, second.name]);
  await open(page, second.name);
  await page.getByRole("button", { name: "Mark as unread" }).click();
  const entry = (at, name) => at.locator(".inbox li").filter({ hasText: name });
  await entry(page, second.name).getByText("marked as unread").waitFor();
  await entry(other.page, second.name).getByText("marked as unread").waitFor();
  await until("the title to count it", async () => (await other.page.title()).startsWith("(1)"));

  // Opening it takes the mark away, everywhere.
  await entry(other.page, second.name).getByRole("link").click();
  await bubble(other.page, "a line to read").waitFor();
  await entry(page, second.name).getByText("marked as unread").waitFor({ state: "detached" });
  // On a desktop the list stays beside the conversation: marked again, it stays marked.
  await open(other.page, second.name);
  await other.page.getByRole("button", { name: "Mark as unread" }).click();
  await entry(page, second.name).getByText("marked as unread").waitFor();
  assert((await entry(other.page, second.name).getByText("marked as unread").count()) === 1, "the open pod is marked");

  // What somebody says and she reads ends it.
  const headers = { authorization: `Bearer ${ben.token}`, "content-type": "application/json" };
  const body = JSON.stringify({ text: "and something new" });
  const said = await fetch(`${url}/v1/pods/${second.id}/messages`, { method: "POST", headers, body });
  assert(said.status === 201, `said: ${said.status}`);
  await bubble(other.page, "and something new").waitFor();
  for (const at of [page, other.page]) {
    await entry(at, second.name).getByText("marked as unread").waitFor({ state: "detached" });
  }

  // Without a network: shown at once, kept through a reload, told when there is one again.
  way.down();
  await open(page, first.name);
  await page.getByRole("button", { name: "Unpin" }).click();
  await shows(page, "the unpinned one second", [second.name, first.name]);
  const kept = () =>
    page.evaluate(async (id) => {
      const open = indexedDB.open(`podium-${id}`);
      await new Promise((resolve) => (open.onsuccess = resolve));
      const get = open.result.transaction("lists").objectStore("lists").get("flags");
      await new Promise((resolve) => (get.onsuccess = resolve));
      open.result.close();
      return get.result?.length;
    }, ana.id);
  await until("the device to keep it", async () => (await kept()) === 1);
  assert(JSON.stringify(await names(other.page)) === JSON.stringify([first.name, second.name]), "not told yet");
  way.up();
  await page.reload();
  await shows(other.page, "the unpinning elsewhere", [second.name, first.name]);
  await shows(page, "the same here", [second.name, first.name]);
  await until("nothing to be left", async () => (await kept()) === 0);
});
