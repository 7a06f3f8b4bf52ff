// An event's page is live: pods come, fill, change their name and go, people are counted, and who leaves on another device
// is out, all without a reload; and what happened while the network was gone is there when it is back.
import { asking, be, device, proxy, PHONE, run, until } from "./support.mjs";

await run(async (browser, { url, event, people: [ana, ben, cleo] }) => {
  const ask = asking(url);
  const way = await proxy(url);
  const { context, page } = await device(browser, PHONE);
  await be(context, way.url, ana);
  await page.goto(`${way.url}/events/${event}?tab=crew`);
  await page.getByText("No pods yet").waitFor();
  const pods = page.locator(".pods li");
  const shows = (what, texts) =>
    until(what, async () => JSON.stringify(await pods.locator(".name").allTextContents()) === JSON.stringify(texts));

  const pod = await ask(ben, "POST", `/v1/events/${event}/pods`, { name: "By the desk" });
  await shows("a new pod", ["By the desk"]);
  await pods.getByText("4 free").waitFor();
  await page.getByRole("button", { name: "Join By the desk" }).waitFor();
  await ask(cleo, "PUT", `/v1/pods/${pod.id}/members/me`, {});
  await pods.getByText("3 free").waitFor();
  await ask(ben, "PATCH", `/v1/pods/${pod.id}`, { name: "By the bar" });
  await shows("its new name", ["By the bar"]);
  await ask(ben, "PATCH", `/v1/pods/${pod.id}`, { join_policy: "invite" });
  await pods.getByText("by invitation").waitFor();
  await page.getByRole("button", { name: /^Join/ }).waitFor({ state: "detached" });
  const second = await ask(cleo, "POST", `/v1/events/${event}/pods`, { name: "Upstairs" });
  await shows("the newest first", ["Upstairs", "By the bar"]);

  // The others look at it, too.
  const other = await device(browser);
  await be(other.context, url, ben);
  await other.page.goto(`${url}/events/${event}`);
  await page.getByText("2 are looking at this now").waitFor();
  await page.getByRole("heading", { name: "People 3" }).waitFor();

  way.down();
  await ask(cleo, "DELETE", `/v1/pods/${second.id}`);
  await ask(cleo, "POST", `/v1/events/${event}/pods`, { name: "While she was away" });
  await other.page.getByRole("button", { name: "Join While she was away" }).waitFor();
  way.up();
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await shows("what happened meanwhile", ["While she was away", "By the bar"]);
  await ask(ben, "DELETE", `/v1/pods/${pod.id}`);
  await shows("a pod less", ["While she was away"]);

  // She leaves on another device; this one notices, and finds its way back.
  await ask(ana, "DELETE", `/v1/events/${event}/members/me`);
  await page.getByRole("button", { name: "I'm going", exact: true }).click();
  // In the tab that the address names, which is there again.
  await shows("the pods again", ["While she was away"]);
  await ask(cleo, "PATCH", `/v1/pods/${(await ask(cleo, "GET", "/v1/me/pods")).items[0].id}`, { name: "She is back" });
  await shows("live again", ["She is back"]);
});
