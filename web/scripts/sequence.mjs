// Two people talking, as a picture that moves: frames of two real phones in one SVG, which needs no player.
//
//   node scripts/sequence.mjs <url of a server with the demo> <file>
import { writeFileSync } from "node:fs";
import { bubble, device, PHONE, say } from "../tests/browser/support.mjs";
import { launch } from "./browser.mjs";

const [url, file] = process.argv.slice(2);
if (!file) throw new Error("usage: node scripts/sequence.mjs <url> <file>");
const PASSWORD = process.env.DEMO_PASSWORD ?? "paper lanterns";
const [WIDTH, HEIGHT, GAP] = [320, 600, 24];
const look = {
  ...PHONE,
  viewport: { width: WIDTH, height: HEIGHT },
  colorScheme: "dark",
  locale: "en-GB",
  reducedMotion: "reduce",
};

const browser = await launch();
async function enter(email) {
  const { page } = await device(browser, look);
  await page.goto(`${url}/signin`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator('a[href^="/pods/"]').first().waitFor();
  return page;
}
const mia = await enter("mia@example.org");
const leo = await enter("leo@example.org");

const call = async (page, method, path, body) =>
  page.evaluate(
    async ([method, path, body]) => {
      const { access_token } = JSON.parse(localStorage.getItem("podium.session"));
      const headers = { authorization: `Bearer ${access_token}`, "content-type": "application/json" };
      const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
      return answer.json();
    },
    [method, path, body],
  );
// A pod of their own, so that nothing of the demo's is in the way.
const { items } = await call(mia, "GET", "/v1/me/events");
const pod = await call(mia, "POST", `/v1/events/${items[0].id}/pods`, { name: "Under the big clock" });
const invite = await call(mia, "POST", `/v1/pods/${pod.id}/invites`, {});
await call(leo, "POST", `/v1/invites/${invite.code}/accept`);
for (const page of [mia, leo]) {
  await page.goto(`${url}/pods/${pod.id}`);
  await page.getByText("Leo joined").or(page.getByText("You joined")).first().waitFor();
}

const frames = [];
async function frame(seconds) {
  await mia.waitForTimeout(350);
  const shots = [];
  for (const page of [mia, leo]) shots.push((await page.screenshot({ type: "jpeg", quality: 62 })).toString("base64"));
  frames.push({ seconds, shots });
}
const type = (page, text) => page.getByRole("textbox", { name: "Message" }).fill(text);

await mia.getByText("Leo is here").waitFor();
await frame(1.2);
await type(mia, "made it! left of the desk, by the big clock");
await leo.getByText("Mia is typing").waitFor();
await frame(1.2);
await say(mia, "made it! left of the desk, by the big clock");
await bubble(leo, "made it!").waitFor();
await bubble(mia, "made it!")
  .getByRole("img", { name: /Read by/ })
  .waitFor();
await frame(1.6);
await bubble(leo, "made it!").locator(".bubble").tap();
await leo.getByRole("button", { name: "React with 🔥" }).waitFor();
await frame(1.2);
await leo.getByRole("button", { name: "React with 🔥" }).click();
await bubble(mia, "made it!").getByRole("button", { name: "🔥 by Leo" }).waitFor();
await frame(1.4);
await type(leo, "on my way, two minutes");
await mia.getByText("Leo is typing").waitFor();
await frame(1.0);
await say(leo, "on my way, two minutes");
await bubble(mia, "on my way").waitFor();
await frame(1.4);
await bubble(mia, "on my way").locator(".bubble").tap();
await mia.getByRole("button", { name: "Reply", exact: true }).click();
await say(mia, "hurry, they just dimmed the lights");
await bubble(leo, "hurry").waitFor();
await bubble(mia, "hurry")
  .getByRole("img", { name: /Read by/ })
  .waitFor();
await frame(2.6);
await browser.close();

const total = frames.reduce((sum, { seconds }) => sum + seconds, 0);
let at = 0;
const rules = [];
const groups = frames.map(({ seconds, shots }, number) => {
  const [from, to] = [(at / total) * 100, ((at + seconds) / total) * 100];
  at += seconds;
  const off = number === 0 ? "" : `0%,${(from - 0.01).toFixed(2)}%{visibility:hidden}`;
  const end = number === frames.length - 1 ? "" : `${(to + 0.01).toFixed(2)}%,100%{visibility:hidden}`;
  rules.push(
    `@keyframes f${number}{${off}${from.toFixed(2)}%,${to.toFixed(2)}%{visibility:visible}${end}}#f${number}{animation:f${number} ${total}s step-end infinite;visibility:hidden}`,
  );
  const images = shots.map(
    (shot, place) =>
      `<image x="${GAP + place * (WIDTH + GAP)}" y="${GAP}" width="${WIDTH}" height="${HEIGHT}" clip-path="url(#c${place})" href="data:image/jpeg;base64,${shot}"/>`,
  );
  return `<g id="f${number}">${images.join("")}</g>`;
});
const width = 2 * WIDTH + 3 * GAP;
const height = HEIGHT + 2 * GAP;
const clip = (place) =>
  `<clipPath id="c${place}"><rect x="${GAP + place * (WIDTH + GAP)}" y="${GAP}" width="${WIDTH}" height="${HEIGHT}" rx="26"/></clipPath>`;
// Who wants no motion sees the last of them.
const still = `@media (prefers-reduced-motion:reduce){g{animation:none!important}#f${frames.length - 1}{visibility:visible!important}}`;
writeFileSync(
  file,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Mia and Leo talk in a pod"><style>${rules.join("")}${still}</style><defs>${clip(0)}${clip(1)}</defs><rect width="${width}" height="${height}" rx="30" fill="#2b1f33"/>${groups.join("")}</svg>\n`,
);
