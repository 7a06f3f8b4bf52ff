// Who has not confirmed their address is asked to; once they have, wherever, they go on without signing in again.
import { device, PHONE, run, signUp, tell, told, until } from "./support.mjs";
import { card, post } from "./wall_support.mjs";

const MIA = { name: "Mia", email: "mia@example.org", password: "the floor shakes at nine" };

await run(async (browser, { url, event }) => {
  const { page } = await device(browser, PHONE);
  await page.goto(`${url}/signup`);
  await signUp(page, MIA);
  await page.getByText("No pod yet").waitFor();
  await page.goto(`${url}/events/${event}`);
  await page.getByRole("button", { name: "I'm going" }).tap();
  await page.getByText("You are going").first().waitFor();
  await page.goto(`${url}/events/${event}?tab=wall`);
  await post(page, "Who is there?");
  await page.getByText("Confirm your e-mail address first.").first().waitFor();
  tell("refused");
  // Confirmed on another device.
  await told();
  await page.getByRole("button", { name: "Try again" }).first().tap();
  await until("it is on the wall", async () => (await card(page, "Who is there?").getByText("now").count()) > 0);
});
