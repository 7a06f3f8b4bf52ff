// A wall with several people: posts, a poll that grows and closes, comments, reactions; what is new waits until one asks,
// and nothing moves by itself.
import { asking, assert, be, device, PHONE, run, until } from "./support.mjs";
import { card, forgetShifts, post, seen, shiftsOf, watchShifts } from "./wall_support.mjs";

await run(async (browser, { url, event, people: [ana, ben, cleo] }) => {
  const ask = asking(url);
  const one = await device(browser, { ...PHONE, reducedMotion: "reduce" });
  await watchShifts(one.context);
  const other = await device(browser, { reducedMotion: "reduce" });
  await be(one.context, url, ana);
  await be(other.context, url, ben);
  const at = `${url}/events/${event}?tab=wall`;
  await one.page.goto(at);
  await one.page.getByText("Nothing on the wall yet").waitFor();
  await other.page.goto(at);
  await other.page.getByText("Nothing on the wall yet").waitFor();

  // A text is there at once, and for others where nothing stands yet.
  await post(one.page, "  See https://example.org/hall and @Ben ");
  await card(one.page, "example.org").getByText("now", { exact: true }).waitFor();
  await card(other.page, "example.org").waitFor();
  const link = card(other.page, "example.org").getByRole("link", { name: "https://example.org/hall" });
  assert((await link.getAttribute("rel")).includes("noopener"), "a link leads out safely");
  await card(other.page, "example.org").locator("strong", { hasText: "@Ben" }).waitFor();

  // It is changed and says so; what is new of others waits until one asks.
  await card(one.page, "example.org").getByRole("button", { name: "More about this post" }).tap();
  await one.page.getByRole("button", { name: "Edit" }).tap();
  await one.page.getByRole("textbox", { name: "Your post" }).fill("Doors are open");
  await one.page.getByRole("button", { name: "Save" }).tap();
  await card(other.page, "Doors are open").getByText("edited").waitFor();
  await post(other.page, "Second");
  await post(other.page, "Third");
  await card(other.page, "Third").waitFor();
  const news = one.page.getByRole("button", { name: "2 new posts" });
  await news.waitFor();
  assert((await card(one.page, "Third").count()) === 0, "it is announced, and not pushed in");
  await until("it is read out", async () =>
    (await one.page.locator("[aria-live=polite]").allTextContents()).includes("2 new posts"),
  );
  await news.tap();
  await card(one.page, "Third").waitFor();
  await news.waitFor({ state: "detached" });
  const order = await one.page.locator("article .words").allTextContents();
  assert(order.map((text) => text.trim()).join() === "Third,Second,Doors are open", order.join());
  assert(await card(one.page, "Third").evaluate((node) => node === document.activeElement), "the focus is on it");

  // A poll, put up on the phone, with two equal answers refused.
  await one.page.getByRole("button", { name: "Poll", exact: true }).tap();
  await one.page.getByLabel("Question").fill("Who opens?");
  await one.page.getByLabel("Answer 1", { exact: true }).fill("Moth");
  await one.page.getByLabel("Answer 2", { exact: true }).fill("MOTH");
  await one.page.getByText("This answer is there already.").waitFor();
  assert(await one.page.getByRole("button", { name: "Ask", exact: true }).isDisabled(), "twins are no choice");
  await one.page.getByLabel("Answer 2", { exact: true }).fill("Low");
  await one.page.getByLabel("When does voting close?").selectOption("60");
  // What was typed survives a reload.
  await one.page.reload();
  await one.page.getByRole("button", { name: "Poll", exact: true }).tap();
  await until(
    "the form is as it was",
    async () => (await one.page.getByLabel("Question").inputValue()) === "Who opens?",
  );
  await one.page.getByRole("button", { name: "Ask", exact: true }).tap();
  const poll = card(one.page, "Who opens?");
  await poll
    .getByText("Closes in 60 minutes")
    .or(poll.getByText("Closes in 59 minutes"))
    .or(poll.getByText("Closes:"))
    .first()
    .waitFor();
  await poll.getByText("Nobody has voted yet").waitFor();
  await other.page.getByRole("button", { name: "1 new post" }).click();

  // Votes come in and the bars grow; what stands around keeps its place.
  await forgetShifts(one.page);
  const theirs = card(other.page, "Who opens?");
  const option = (root, name) => root.getByRole("button", { name: new RegExp(`^${name}\\b`) });
  await option(theirs, "Moth").click();
  await poll.getByText("1 person voted").waitFor();
  const { id } = await seen(ask, ben, event, "Who opens?");
  await ask(cleo, "PUT", `/v1/posts/${id}/votes/me`, { options: [1] });
  await poll.getByText("2 people voted").waitFor();
  await ask(cleo, "POST", `/v1/posts/${id}/comments`, { text: "Low, of course" });
  await ask(cleo, "PUT", `/v1/posts/${id}/reactions/${encodeURIComponent("🔥")}`);
  await poll.getByRole("button", { name: "1 comment" }).waitFor();
  await poll.getByRole("button", { name: "🔥 1" }).waitFor();
  await post(other.page, "Fourth");
  await one.page.getByRole("button", { name: "1 new post" }).waitFor();
  const moved = await shiftsOf(one.page);
  assert(moved.length === 0, `something has moved by itself: ${JSON.stringify(moved)}`);

  // One's own vote is marked, changed, taken back and given again.
  const votes = async () => JSON.stringify((await seen(ask, ana, event, "Who opens?")).mine.vote);
  await option(poll, "Low").tap();
  await until("it is stored", async () => (await votes()) === "[1]");
  await option(poll, "Moth").tap();
  await until("it is changed", async () => (await votes()) === "[0]");
  await poll.getByRole("button", { name: "Take your vote back" }).tap();
  await until("it is taken back", async () => ["null", "[]"].includes(await votes()));
  await option(poll, "Low").tap();
  await poll.getByText("3 people voted").waitFor();
  await poll.getByText("67%").waitFor();
  assert((await option(poll, "Low").getAttribute("aria-pressed")) === "true", "one's own vote is marked");

  // From the first ballot on the question stays.
  await poll.getByRole("button", { name: "More about this post" }).tap();
  await one.page.getByRole("button", { name: "Edit" }).tap();
  await one.page.getByText("so only the time when voting closes").waitFor();
  assert(await one.page.getByLabel("Question").isDisabled(), "the question is frozen");
  await one.page.keyboard.press("Escape");

  // Comments: read, written, changed, deleted.
  await poll.getByRole("button", { name: "1 comment" }).tap();
  await one.page.getByText("Low, of course", { exact: true }).waitFor();
  const field = one.page.getByRole("textbox", { name: "Comment" });
  await field.fill("No, Moth");
  await one.page.getByRole("button", { name: "Send the comment" }).tap();
  const dialog = one.page.getByRole("dialog");
  const mine = dialog.getByRole("listitem").filter({ hasText: "No, Moth" });
  await mine.getByRole("button", { name: "Edit" }).tap();
  await field.fill("No, Moth!");
  await one.page.getByRole("button", { name: "Save" }).tap();
  await mine.getByText("edited").waitFor();
  await ask(ben, "POST", `/v1/posts/${id}/comments`, { text: "Both!" });
  await dialog.getByText("Both!", { exact: true }).waitFor();
  await mine.getByRole("button", { name: "Delete" }).tap();
  await mine.getByRole("button", { name: "Really delete it" }).tap();
  await mine.waitFor({ state: "detached" });
  await until("it is gone for others", async () => {
    const { items } = await ask(ben, "GET", `/v1/posts/${id}/comments`);
    return items.map(({ text }) => text).join() === "Low, of course,Both!";
  });
  await one.page.keyboard.press("Escape");

  // Reactions: with one at hand, with the picker, and taken back.
  await theirs.getByRole("button", { name: "React", exact: true }).click();
  await other.page.getByText("Who reacted").waitFor();
  await other.page.getByRole("dialog").getByText("Cleo").waitFor();
  await other.page.getByRole("button", { name: "React with 🔥" }).click();
  await poll.getByRole("button", { name: "🔥 2" }).waitFor();
  await theirs.getByRole("button", { name: "🔥 2" }).click();
  await poll.getByRole("button", { name: "🔥 1" }).waitFor();
  await theirs.getByRole("button", { name: "React", exact: true }).click();
  await other.page.getByRole("button", { name: "More emoji" }).click();
  await other.page.getByLabel("Search").fill("guitar");
  await other.page.locator(".grid button").first().click();
  await poll.getByRole("button", { name: "🎸 1" }).waitFor();

  // Its author closes it, and nobody votes any more.
  await poll.getByRole("button", { name: "More about this post" }).tap();
  await one.page.getByRole("button", { name: "Close voting" }).tap();
  await one.page.getByRole("button", { name: "Really close voting" }).tap();
  await theirs.getByText("Closed:").waitFor();
  await theirs.getByText("Your vote").waitFor({ state: "attached" });
  assert((await option(theirs, "Moth").count()) === 0, "nothing is left to press");
  await poll.getByText("3 people voted").waitFor();

  // What is removed leaves its place, and one's own goes at once. The event's maker removes what others wrote.
  await one.page.getByRole("button", { name: "1 new post" }).tap();
  await card(one.page, "Fourth").getByRole("button", { name: "More about this post" }).tap();
  await one.page.getByRole("button", { name: "Delete" }).tap();
  await one.page.getByRole("button", { name: "Really delete it" }).tap();
  await card(one.page, "Fourth").waitFor({ state: "detached" });
  await other.page.getByText("This post was removed.").waitFor();
  await card(other.page, "Second").getByRole("button", { name: "More about this post" }).click();
  await other.page.getByRole("button", { name: "Delete" }).click();
  await other.page.getByRole("button", { name: "Really delete it" }).click();
  await card(other.page, "Second").waitFor({ state: "detached" });
  await card(other.page, "Doors are open").getByRole("button", { name: "More about this post" }).click();
  assert((await other.page.getByRole("button", { name: "Delete" }).count()) === 0, "it is another person's");
  await other.page.keyboard.press("Escape");

  // A poll that shows itself to voters alone grows for those who have voted, and not for others.
  const hidden = await ask(cleo, "POST", `/v1/events/${event}/posts`, {
    kind: "poll",
    body: { question: "Secret?", options: ["Yes", "No"], mode: "multiple", results: "after_vote" },
  });
  await one.page.getByRole("button", { name: "1 new post" }).tap();
  const secret = card(one.page, "Secret?");
  await secret.getByText("You see the results when you have voted.").waitFor();
  await ask(cleo, "PUT", `/v1/posts/${hidden.id}/votes/me`, { options: [1] });
  await secret.getByText("1 person voted").waitFor();
  assert((await secret.getByText("%").count()) === 0, "no counts before one's own vote");
  await option(secret, "Yes").tap();
  await secret.getByText("50%").first().waitFor();
  await option(secret, "No").tap();
  await secret.getByText("100%").waitFor();
  await ask(ben, "PUT", `/v1/posts/${hidden.id}/votes/me`, { options: [0] });
  await until("what others vote is read, too", async () => (await secret.getByText("67%").count()) === 2);

  // One that closes by itself counts down, and says that it has closed.
  await ask(cleo, "POST", `/v1/events/${event}/posts`, {
    kind: "poll",
    body: { question: "Quick?", options: ["Yes", "No"], closes_at: new Date(Date.now() + 10_000).toISOString() },
  });
  await one.page.getByRole("button", { name: "1 new post" }).tap();
  await card(one.page, "Quick?")
    .getByText(/Closes in 0:\d\d/)
    .waitFor();
  await option(card(one.page, "Quick?"), "Yes").tap();
  await card(one.page, "Quick?").getByText("Closed:").waitFor();
  await until("it is read out", async () =>
    (await one.page.locator("[aria-live=polite]").allTextContents()).includes("Voting has closed: Quick?"),
  );
  await card(one.page, "Quick?").getByText("1 person voted").waitFor();

  // It is on "Now", too, and can be voted for there.
  await one.page.getByRole("link", { name: "Now", exact: true }).tap();
  await one.page.getByRole("heading", { name: "On the wall now" }).waitFor();
  await option(secret, "No").tap();
  await until("it is stored", async () => JSON.stringify((await seen(ask, ana, event, "Secret?")).mine.vote) === "[0]");
});
