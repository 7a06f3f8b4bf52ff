// What one writes, votes, reacts, comments and taps in a tunnel is kept, said to be waiting, and done once when one is
// back, after a reload too; of votes the last wish counts. What is refused says so and keeps its words.
import { asking, assert, be, device, PHONE, proxy, run, until } from "./support.mjs";
import { card, post, seen } from "./wall_support.mjs";

await run(async (browser, { url, event, people: [ana, ben] }) => {
  const ask = asking(url);
  const network = await proxy(url);
  const write = (kind, body) => ask(ben, "POST", `/v1/events/${event}/posts`, { kind, body });
  const poll = await write("poll", { question: "Who opens?", options: ["Moth", "Low"] });
  const late = await write("poll", { question: "Too late?", options: ["Yes", "No"] });
  const hype = await write("hype", { text: "Encore" });
  const gone = await write("text", { text: "Soon gone" });
  const { context, page } = await device(browser, { ...PHONE, reducedMotion: "reduce" });
  await be(context, network.url, ana);
  const at = `${network.url}/events/${event}?tab=wall`;
  await page.goto(at);
  await card(page, "Encore").waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await until("the topic is joined", async () => (await ask(ben, "GET", `/v1/events/${event}`)) !== null);

  network.down();
  await page.getByText("What you write is kept").waitFor();
  await post(page, "From the tunnel");
  await card(page, "From the tunnel").getByText("It is kept here and sent as soon as you are back.").waitFor();
  const first = card(page, "Who opens?");
  await first.getByRole("button", { name: "Moth" }).tap();
  await first.getByRole("button", { name: "Low" }).tap();
  await first.getByText("It is kept here").waitFor();
  assert((await first.getByRole("button", { name: "Low" }).getAttribute("aria-pressed")) === "true", "the last wish");
  await first.getByText("Nobody has voted yet").waitFor();
  await card(page, "Too late?").getByRole("button", { name: "Yes" }).tap();
  const stage = card(page, "Encore");
  await stage.getByRole("button", { name: "React", exact: true }).tap();
  await page.getByRole("button", { name: "React with 🔥" }).tap();
  await stage.getByRole("button", { name: "🔥 1" }).waitFor();
  for (let tap = 0; tap < 7; tap++) await stage.getByRole("button", { name: "Hype: Encore" }).tap();
  await stage.getByText("+7 on the way").waitFor();
  await stage.getByText("Your taps are kept").waitFor();
  await stage.getByRole("button", { name: "Comment" }).tap();
  await page.getByRole("textbox", { name: "Comment" }).fill("I lost the network");
  await page.getByRole("button", { name: "Send the comment" }).tap();
  await page.getByRole("dialog").getByText("It is kept here").waitFor();
  await page.keyboard.press("Escape");
  await card(page, "Soon gone").getByRole("button", { name: "Comment" }).tap();
  await page.getByRole("textbox", { name: "Comment" }).fill("Words to keep");
  await page.getByRole("button", { name: "Send the comment" }).tap();
  await page.keyboard.press("Escape");
  await page.getByRole("textbox", { name: "A post for everybody" }).fill("half a thou");
  // What is shown is kept a moment later.
  const named = async ([from, to]) => {
    const name = (await indexedDB.databases()).map(({ name }) => name).find((name) => name.startsWith("podium-"));
    const done = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const db = await done(indexedDB.open(name));
    const values = await done(db.transaction("lists").objectStore("lists").getAll(IDBKeyRange.bound(from, to)));
    db.close();
    return values;
  };
  const kept = async () => {
    const [wishes, taps] = [
      await page.evaluate(named, ["wish/", "wish0"]),
      await page.evaluate(named, ["taps/", "taps0"]),
    ];
    return [wishes.length, taps.reduce((sum, { total }) => sum + total, 0)];
  };
  await until("all of it is kept", async () => (await kept()).join() === "6,7");

  // Meanwhile one poll is closed, and one post is gone.
  await ask(ben, "POST", `/v1/posts/${late.id}/close`);
  await ask(ben, "DELETE", `/v1/posts/${gone.id}`);
  const read = () => page.evaluate(named, ["read/", "read0"]);
  await until("the wall is kept", async () => (await read()).some(({ kept }) => kept.wall.posts.length === 4));
  await page.reload();
  // Without a network there is what the device has heard, with what is still to be sent.
  await page.getByText("Last updated: Today").waitFor();
  await card(page, "From the tunnel").getByText("It is kept here").waitFor();
  await card(page, "Soon gone").waitFor();
  await card(page, "Encore").getByText("+7 on the way").waitFor();
  await page.getByRole("link", { name: "Crew" }).tap();
  await page.getByText("No pods yet").waitFor();
  await page.getByRole("link", { name: "Wall" }).tap();
  network.up();
  await page.getByText("Last updated").waitFor({ state: "detached" });
  await card(page, "Soon gone").waitFor({ state: "detached" });
  await card(page, "From the tunnel")
    .getByText("now", { exact: true })
    .or(card(page, "From the tunnel").getByText("1 minute ago"))
    .waitFor();
  assert(
    (await page.getByRole("textbox", { name: "A post for everybody" }).inputValue()) === "half a thou",
    "what was being typed is kept",
  );
  await until("the post is stored once", async () => {
    const { items } = await ask(ben, "GET", `/v1/events/${event}/posts`);
    return items.filter(({ body }) => body.text === "From the tunnel").length === 1;
  });
  await until("the last wish was voted", async () => {
    const { tally } = await seen(ask, ben, event, "Who opens?");
    return tally.voters === 1 && tally.counts.join() === "0,1";
  });
  await until("each tap is counted once", async () => (await ask(ana, "GET", `/v1/posts/${hype.id}`)).hype === 7);
  await until("it was reacted", async () => (await ask(ben, "GET", `/v1/posts/${hype.id}`)).reactions["🔥"] === 1);
  await until("it was commented", async () => {
    const { items } = await ask(ben, "GET", `/v1/posts/${hype.id}/comments`);
    return items.map(({ text }) => text).join() === "I lost the network";
  });
  assert((await ask(ben, "GET", `/v1/posts/${poll.id}`)).tally.rev === 1, "only the last wish was sent");

  // What came too late is said, and what was written of a post that is gone is still there.
  await card(page, "Too late?").getByText("Voting had closed before your vote arrived").waitFor();
  await card(page, "Too late?").getByText("Nobody has voted yet").waitFor();
  await card(page, "Too late?").getByRole("button", { name: "All right" }).tap();
  await page.getByText("Words to keep").waitFor();
  await page.getByText("Not sent. It is not there any more.").waitFor();
  await page.getByRole("button", { name: "Delete", exact: true }).tap();
  await page.getByText("Words to keep").waitFor({ state: "detached" });
  await until("nothing is kept any more", async () => (await kept())[0] === 0);

  // A wall that is missed for a while is whole again, in its order, and what is new waits.
  network.down();
  await page.getByText("What you write is kept").waitFor();
  for (let number = 0; number < 30; number++) await write("text", { text: `Missed ${number}` });
  network.up();
  await page.getByRole("button", { name: "30 new posts" }).waitFor();
  await page.getByRole("button", { name: "30 new posts" }).tap();
  const texts = (await page.locator("article .words").allTextContents()).map((text) => text.trim());
  const missed = Array.from({ length: 30 }, (_, number) => `Missed ${29 - number}`);
  assert(texts.slice(0, 30).join() === missed.join(), texts.join());
  assert(texts.includes("From the tunnel") && texts.includes("Encore"), "what was there is there");
});
