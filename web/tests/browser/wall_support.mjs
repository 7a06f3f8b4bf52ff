// What the scenarios of a wall share.

/** The post with this text. */
export function card(page, text) {
  return page.getByRole("article").filter({ hasText: text });
}

/** Says something on the wall that is open. */
export async function post(page, text) {
  await page.getByRole("textbox", { name: "A post for everybody" }).fill(text);
  await page.getByRole("button", { name: "Post it" }).click();
}

/** Counts how far things have moved that nobody has moved. */
export async function watchShifts(context) {
  await context.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.hadRecentInput) continue;
        window.shifts.push([entry.value, entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? "?")]);
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
}

export function forgetShifts(page) {
  return page.evaluate(() => void (window.shifts = []));
}

/** What has moved; a figure that is set anew at the end of its line is nothing of the kind. */
export function shiftsOf(page) {
  return page.evaluate(() => window.shifts.filter(([value]) => value > 0.0005));
}

/** What the server says of a post to this person. */
export async function seen(ask, who, event, text) {
  const { items } = await ask(who, "GET", `/v1/events/${event}/posts?limit=100`);
  return items.find(({ body }) => (body.text ?? body.question) === text);
}
