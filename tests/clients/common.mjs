// What the scripts share. A script is told its scenario by the first line of its input, tells what happens by lines of
// its output, and does what further lines say. All lines are JSON.
import { createInterface } from "node:readline";
import { Socket } from "phoenix";
import { Socket as OlderSocket } from "phoenix-1.2";
import WebSocket from "ws";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** The next line of the input. */
export async function told() {
  const { value, done } = await lines.next();
  if (done) throw new Error("the input has ended");
  return JSON.parse(value);
}

/** Tells the test that something has happened. */
export function tell(event, data = {}) {
  process.stdout.write(`${JSON.stringify({ event, ...data })}\n`);
}

/** Ends the script once what it told is written. */
export function end() {
  process.stdout.write("", () => process.exit(0));
}

/** An open socket of somebody; the token goes the way that the client calls `authToken`. */
export function connect(url, token, options = {}) {
  const socket = new Socket(`${url.replace(/^http/, "ws")}/socket`, {
    authToken: token,
    transport: globalThis.WebSocket ?? WebSocket,
    timeout: 60_000,
    ...options,
  });
  socket.connect();
  return socket;
}

/** The same with the older client, which speaks `vsn=1.0.0` and knows of no `authToken`. */
export function connectOlder(url, token, options = {}) {
  const socket = new OlderSocket(`${url.replace(/^http/, "ws")}/socket`, {
    params: { token },
    transport: globalThis.WebSocket ?? WebSocket,
    timeout: 60_000,
    ...options,
  });
  socket.connect();
  return socket;
}

/** Joins; resolves with the answer of the first join. */
export function join(channel) {
  return new Promise((resolve, reject) => {
    channel
      .join()
      .receive("ok", resolve)
      .receive("error", (answer) => reject(new Error(`join refused: ${JSON.stringify(answer)}`)))
      .receive("timeout", () => reject(new Error("join timed out")));
  });
}

/** Pushes; resolves with the reply. */
export function ask(channel, event, payload) {
  return new Promise((resolve, reject) => {
    channel
      .push(event, payload)
      .receive("ok", resolve)
      .receive("error", (answer) => reject(new Error(`${event} refused: ${JSON.stringify(answer)}`)))
      .receive("timeout", () => reject(new Error(`${event} timed out`)));
  });
}

process.on("unhandledRejection", (error) => {
  console.error(error);
  process.exit(1);
});
