import { be, bubble, device, PHONE, run } from "./support.mjs";
await run(async (browser, { url, pod, people: [ana, ben] }) => {
  const { context, page } = await device(browser, PHONE);
  await be(context, url, ana);
  await page.goto(`${url}/pods/${pod}`);
  await bubble(page, "line 1.").waitFor();
  await page.getByRole("button", { name: /to the newest/i }).click();
  await bubble(page, `line 400.`).waitFor();
  await page.waitForTimeout(2500);
  await page.reload();
  await bubble(page, `line 400.`).waitFor();
  page.on("console", (m) => console.log("   ", m.text()));
  const st = () =>
    page.locator(".scroller").evaluate((b) => {
      const e = b.getBoundingClientRect().top;
      const f = [...b.querySelectorAll("li")].find((x) => x.getBoundingClientRect().bottom > e);
      return [
        Math.round(b.scrollTop),
        b.scrollHeight,
        b.querySelectorAll("li").length,
        f?.innerText.slice(0, 20),
        Math.round(f?.getBoundingClientRect().top),
      ];
    });
  await page.waitForTimeout(500);
  console.log(await st());
  await page.locator(".scroller").evaluate((b) => (b.scrollTop = 400));
  for (let i = 0; i < 20; i++) {
    console.log(await st());
    await page.waitForTimeout(i < 8 ? 20 : 150);
  }
});
