// Many come in at once: who is refused for the moment waits and gets in without a tap; who leaves the page does not. A
// wrong password is not tried again.
import { assert, device, PHONE, run, signUp, until } from "./support.mjs";

const LINE = "Many people are coming in at once. You are next in a moment.";
const MIA = { name: "Mia", email: "mia@example.org", password: "the floor shakes at nine" };
const LEO = { name: "Leo", email: "leo@example.org", password: "moth twice, tears twice" };

await run(async (browser, { url }) => {
  const register = (body) =>
    fetch(`${url}/v1/auth/register`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  let probes = 0;
  const isFull = async () => {
    const probe = { email: `probe${probes++}@example.org`, password: "one who only looks", display_name: "P" };
    return (await register(probe)).status === 503;
  };

  /** Others who come in meanwhile, one after the other: the room for password hashes is full, until `end`. */
  let others = 0;
  function crowd() {
    let over = false;
    const come = async () => {
      while (!over) {
        others++;
        const answer = await register({
          email: `other${others}@example.org`,
          password: "one of very many",
          display_name: "O",
        });
        await answer.text();
      }
    };
    const all = Promise.all([come(), come(), come()]);
    return {
      end() {
        over = true;
        return all;
      },
    };
  }

  /** The statuses of what a page was answered at an address. */
  function answers(page, path) {
    const statuses = [];
    page.on("response", (response) => {
      if (new URL(response.url()).pathname === path) statuses.push(response.status());
    });
    return statuses;
  }

  const { page } = await device(browser, PHONE);
  const registered = answers(page, "/v1/auth/register");

  // Who leaves while waiting has not come in.
  await page.goto(`${url}/signup`);
  let full = crowd();
  await until("the room is full", isFull);
  await signUp(page, LEO);
  await page.getByText(LINE).waitFor();
  const before = registered.length;
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await full.end();
  assert((await page.getByText(LINE).count()) === 0, "the line stays on the next page");

  // Who stays gets in.
  await page.goto(`${url}/signup`);
  full = crowd();
  await until("the room is full", isFull);
  await signUp(page, MIA);
  await page.getByText(LINE).waitFor();
  assert(await page.getByRole("button", { name: "Making your account" }).isDisabled(), "one tap is enough");
  assert((await page.getByRole("alert").count()) === 0, "nothing is wrong");
  await until("refused again", async () => registered.length >= before + 2 || !(await page.getByText(LINE).count()));
  await full.end();
  await page.getByText("No pod yet").waitFor();
  const mine = registered.slice(before);
  assert(mine.at(-1) === 201 && mine.slice(0, -1).every((status) => status === 503), mine.join());
  assert(mine.length >= 2 && before === 1, `${before} and ${mine.join()}`);

  // A wrong password: it says when to try again, and does not by itself.
  const { page: other } = await device(browser, PHONE);
  const signedIn = answers(other, "/v1/auth/login");
  await other.goto(`${url}/signin`);
  await other.getByLabel("Email").fill(LEO.email);
  await other.getByLabel("Password").fill(LEO.password);
  await other.getByRole("button", { name: "Sign in" }).click();
  await other.getByText("do not belong together").waitFor();
  await other.getByRole("button", { name: "Sign in" }).click();
  await other.getByText(/Too many tries. Try again in \d+ seconds?\./).waitFor();
  assert((await other.getByText(LINE).count()) === 0, "it does not wait");
  assert(signedIn.join() === "401,429", signedIn.join());
});
