// Fills a new pod with messages, to see how the client does with a long conversation. Prints the pod's id. The server needs
// PODIUM_LIMIT_MESSAGES=off.
//
//   node scripts/fill.mjs http://127.0.0.1:4000 mia@example.org 'the password' 10000
const [url, email, password, count] = process.argv.slice(2);
if (!count) throw new Error("usage: node scripts/fill.mjs <url> <email> <password> <count>");
const ATONCE = 16;

let token;
async function ask(method, path, body) {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  return answer.json();
}

token = (await ask("POST", "/v1/auth/login", { email, password })).access_token;
const { items } = await ask("GET", "/v1/me/events");
const pod = await ask("POST", `/v1/events/${items[0].id}/pods`, { name: `${count} messages` });
let next = 0;
async function talk() {
  while (next < Number(count)) {
    const text = `Number ${++next}. ${"And so the evening went on. ".repeat(next % 5)}`.trim();
    await ask("POST", `/v1/pods/${pod.id}/messages`, { text });
  }
}
await Promise.all(Array.from({ length: ATONCE }, talk));
console.log(pod.id);
