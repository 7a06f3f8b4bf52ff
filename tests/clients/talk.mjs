// Everyone in a pod says so many things at once, those named by their place in `older` with the older client. Tells what
// each of them heard, in order, and was answered.
import { randomUUID } from "node:crypto";
import { ask, connect, connectOlder, end, join, tell, told } from "./common.mjs";

const { url, pod, tokens, count, older = [] } = await told();

const people = await Promise.all(
  tokens.map(async (token, person) => {
    const open = older.includes(person) ? connectOlder : connect;
    const channel = open(url, token).channel(`pod:${pod}`, {});
    const heard = [];
    const all = new Promise((resolve) => {
      channel.on("message:new", ({ id, seq, user_id, text }) => {
        heard.push({ id, seq, user_id, text });
        if (heard.length === count * tokens.length) resolve();
      });
    });
    const { head } = await join(channel);
    return { channel, heard, all, head };
  }),
);

const answers = await Promise.all(
  people.map(({ channel }, person) =>
    Promise.all(
      Array.from({ length: count }, (_, number) =>
        ask(channel, "message:new", { id: randomUUID(), text: `${person}: number ${number}` }),
      ),
    ),
  ),
);
await Promise.all(people.map(({ all }) => all));
// What would come twice has had its chance when this is answered.
const heads = await Promise.all(
  people.map(async ({ channel }) => (await ask(channel, "history", { before: Number.MAX_SAFE_INTEGER, limit: 1 })).messages[0].seq),
);
tell("done", { people: people.map(({ heard, head }, person) => ({ heard, head, answers: answers[person], last: heads[person] })) });
end();
