// A long conversation: only what is near is there, and what one looks at stays where it is, whatever comes.
import { assert, be, bubble, device, PHONE, run, texts, until, untroubled } from "./support.mjs";

await run(async (browser, { url, pod, count, people: [ana, ben] }) => {
  const send = (text) =>
    fetch(`${url}/v1/pods/${pod}/messages`, {
      method: "POST",
      headers: { authorization: `Bearer ${ben.token}`, "content-type": "application/json" },
      body: JSON.stringify({ text }),
    });
  const { context, page } = await device(browser, PHONE);
  await be(context, url, ana);
  // What asks for a page waits here while it is held.
  let held = null;
  await page.routeWebSocket(/\/socket\//, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) =>
      held && frame.includes('"history"') ? held.push({ server, frame }) : server.send(frame),
    );
  });
  await page.goto(`${url}/pods/${pod}`);
  const scroller = page.locator(".scroller");
  await page.getByText("New", { exact: true }).waitFor();
  // All of it was unread: it begins where the unread does.
  await bubble(page, "line 1.").waitFor();
  await page.getByRole("button", { name: /to the newest/i }).click();
  await bubble(page, `line ${count}.`).waitFor();
  await until("it is read", async () => {
    const answer = await fetch(`${url}/v1/me/pods`, { headers: { authorization: `Bearer ${ana.token}` } });
    return (await answer.json()).items[0].unread === 0;
  });
  await page.reload();
  await bubble(page, `line ${count}.`).waitFor();

  /** The first message whose top is in view, and where that is. Before the view is drawn anew, there may be none. */
  const first = () =>
    scroller.evaluate((box) => {
      const edge = box.getBoundingClientRect();
      for (const one of box.querySelectorAll("li")) {
        const { top } = one.getBoundingClientRect();
        if (top >= edge.top && top < edge.bottom && one.querySelector("article")) return { key: one.dataset.key, top };
      }
      return null;
    });
  const where = (key) =>
    scroller.evaluate((box, key) => box.querySelector(`[data-key="${key}"]`)?.getBoundingClientRect().top, key);

  // To the very beginning, page by page.
  let rows = 0;
  await until("the beginning", async () => {
    await scroller.evaluate((box) => (box.scrollTop = 0));
    rows = Math.max(rows, await scroller.locator("li").count());
    return page.getByText("This is where it starts").isVisible();
  });
  await bubble(page, "line 1.").waitFor();
  assert(rows < 150, `${rows} rows were there at once`);

  // However one flicks through it, it comes to rest: what is drawn is never as high as was guessed.
  for (const steps of [[900], [1_300, 400], [2_100, 150, 650]]) {
    await page.reload();
    await bubble(page, `line ${count}.`).waitFor();
    for (let turn = 0; !(await page.getByText("This is where it starts").isVisible()); turn++) {
      await scroller.evaluate(
        (box, step) => {
          box.scrollTop -= step;
          return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        },
        steps[turn % steps.length],
      );
      untroubled();
    }
  }

  // In the middle: a page above and a message below move nothing.
  await page.reload();
  await bubble(page, `line ${count}.`).waitFor();
  // What is at the end stays there until the view has gone, and a late answer may bring it back: so it is asked again.
  await until("the view has left the end", async () => {
    await scroller.evaluate((box) => (box.scrollTop = box.scrollHeight - box.clientHeight - 1_500));
    return page.getByRole("button", { name: "To the newest" }).isVisible();
  });
  const atRest = () =>
    until("it is at rest", async () => {
      const before = await first();
      await new Promise((resolve) => setTimeout(resolve, 300));
      return before && (await where(before.key)) === before.top && before;
    });
  const seen = await atRest();
  await send("a new one, far below");
  await page.getByRole("button", { name: "1 new, to the newest" }).waitFor();
  const moved = (await where(seen.key)) - seen.top;
  assert(Math.abs(moved) <= 2, `a message from below has moved the view by ${moved}`);

  // Up to where the next page is asked for, and what is in view when it comes stays. It comes when it is let through, so
  // that what is in view is surely drawn before.
  held = [];
  await until("a page is asked for", async () => {
    await scroller.evaluate((box) => (box.scrollTop = 400));
    return held.length > 0;
  });
  const before = await atRest();
  const total = await scroller.evaluate((box) => box.scrollHeight);
  const asked = held;
  held = null;
  for (const { server, frame } of asked) server.send(frame);
  await until("a page has come", () => scroller.evaluate((box, total) => box.scrollHeight > total + 400, total));
  const drift = (await where(before.key)) - before.top;
  assert(Math.abs(drift) <= 2, `a page from above has moved the view by ${drift}`);

  // At the end, it stays at the end.
  await page.getByRole("button", { name: /to the newest/i }).click();
  await bubble(page, "a new one, far below").waitFor();
  await send("and another");
  await bubble(page, "and another").waitFor();
  await until("it is in view", () =>
    scroller.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight < 4),
  );
  assert((await texts(page)).at(-1)?.text === "and another", "the newest is the last");

  // Also when a long text or the keyboard makes the view lower, and it is scrolled before its size is known.
  const isAtEnd = () => scroller.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight < 4);
  const field = page.getByRole("textbox", { name: "Message" });
  const high = await scroller.evaluate((box) => box.clientHeight);
  await field.evaluate(async (field) => {
    field.value = "a long one ".repeat(60);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await Promise.resolve();
    document.querySelector(".scroller").dispatchEvent(new Event("scroll"));
  });
  await until("the view is lower", () => scroller.evaluate((box, high) => box.clientHeight < high - 50, high));
  await until("the end is in view", isAtEnd);
  assert((await page.locator(".down").count()) === 0, "it says that one is not at the end");
  await field.fill("");
  await until("the view is as high as before", () => scroller.evaluate((box, high) => box.clientHeight === high, high));
  await until("the end is in view again", isAtEnd);
});
