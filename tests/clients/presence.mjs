// Watches a pod through the client's Presence, and tells who comes and goes. Told to, it lets others come and go.
import { Presence } from "phoenix";
import { connect, end, join, tell, told } from "./common.mjs";

const { url, pod, token } = await told();
const channel = connect(url, token).channel(`pod:${pod}`, {});
const presence = new Presence(channel);
const keys = () => Object.fromEntries(presence.list((id, { metas }) => [id, metas.length]));
presence.onJoin((id, current) => tell("came", { id, before: current?.metas.length ?? 0 }));
presence.onLeave((id, current) => tell("went", { id, left: current.metas.length }));
presence.onSync(() => tell("sync", { keys: keys() }));
await join(channel);
tell("joined");

const others = new Map();
for (;;) {
  const command = await told();
  if (command.do === "end") break;
  if (command.do === "come") {
    const socket = connect(url, command.token);
    await join(socket.channel(`pod:${pod}`, {}));
    others.set(command.name, socket);
  }
  if (command.do === "go") others.get(command.name).disconnect();
}
end();
