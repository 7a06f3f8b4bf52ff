// One's own topic: tells every push, and renews the token when told to.
import { ask, connect, end, join, tell, told } from "./common.mjs";

const { url, user, token } = await told();
const channel = connect(url, token).channel(`user:${user}`, {});
channel.onMessage = (event, payload) => {
  if (/^(pod|read|notification):?/.test(event)) tell(event, { payload });
  return payload;
};
tell("joined", { answer: await join(channel) });
for (;;) {
  const command = await told();
  if (command.do === "end") break;
  if (command.do === "renew") tell("renewed", { answer: await ask(channel, "access_token", { token: command.token }) });
}
end();
