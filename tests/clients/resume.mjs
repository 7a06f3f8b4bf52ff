// Stays in a pod over cuts of its connection: the client reconnects and rejoins by itself, and resumes by `after`.
// Tells each join, each message as it is first heard of, each error and close of the channel.
import { connect, end, join, tell, told } from "./common.mjs";

const { url, pod, token } = await told();
const socket = connect(url, token, { reconnectAfterMs: () => 20, rejoinAfterMs: () => 50 });
let position;
let epoch;
const channel = socket.channel(`pod:${pod}`, () => (position === undefined ? {} : { after: position, epoch }));
const seen = new Map();
const apply = (message) => {
  if ((seen.get(message.id) ?? 0) >= message.changed_seq) return;
  seen.set(message.id, message.changed_seq);
  tell("message", { id: message.id, seq: message.seq });
};
channel.on("message:new", (message) => {
  position = message.changed_seq;
  apply(message);
});
channel.onClose(() => tell("closed"));
channel.onError(() => tell("error"));
channel.joinPush.receive("ok", (answer) => {
  answer.messages.forEach(apply);
  position = answer.head;
  epoch = answer.epoch;
  tell("joined", { head: answer.head, more: answer.more, count: answer.messages.length });
});
channel.joinPush.receive("error", (answer) => tell("refused", answer));
await join(channel);
while ((await told()).do !== "end");
end();
