// Stays in a pod over a failover of the database: the topic fails, the client joins again by itself on the same socket, and
// is sent `reset`. Tells its whole log whenever that has changed.
import { connect, join, tell, told } from "./common.mjs";

const { url, pod, token } = await told();
const socket = connect(url, token, {});
let opened = 0;
let resets = 0;
let position;
let epoch;
let log = new Map();
socket.onOpen(() => opened++);
const channel = socket.channel(`pod:${pod}`, () => (position === undefined ? {} : { after: position, epoch }));
const show = () => {
  const ids = [...log.values()].sort((one, other) => one.seq - other.seq).map((message) => message.id);
  tell("log", { ids, opened: socket.isConnected() ? Math.max(opened, 1) : 0, resets });
};
const apply = (message) => {
  if ((log.get(message.id)?.changed_seq ?? 0) < message.changed_seq) log.set(message.id, message);
};
channel.on("message:new", (message) => {
  position = message.changed_seq;
  apply(message);
  show();
});
channel.joinPush.receive("ok", (answer) => {
  if (answer.reset) {
    log = new Map();
    resets++;
  }
  answer.messages.forEach(apply);
  position = answer.head;
  epoch = answer.epoch;
  tell("joined");
  show();
});
await join(channel);
while ((await told()).do !== "end");
