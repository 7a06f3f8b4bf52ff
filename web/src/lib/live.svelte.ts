// The socket: one for all topics of the client.

import { Socket, type Channel } from "phoenix";
import { askedToWait, beforeRejoin, jittered } from "./patience";
import { session } from "./session.svelte";
import { tab } from "./storage";
import type { Refusal, Topics } from "../generated/asyncapi";
import type { Id } from "./id";

/** Codes that say that a topic is over: a channel that is not left would join it again for ever. */
const OVER = new Set(["forbidden", "not_member", "not_found", "unmatched_topic"]);

/** Joins a topic whenever the socket is there, until it is over. */
export interface Topic {
  channel: Channel;
  leave: () => void;
}

/** The kinds of topics that one joins: `user:<id>`, `event:<id>`, `pod:<id>`. */
export type TopicKind = Exclude<keyof Topics, "phoenix">;

/** What a topic's server sends by itself, by name. */
export type Sends<Kind extends TopicKind> = Topics[Kind]["events"];

/** What a join is answered. */
export type Joined<Kind extends TopicKind> = Topics[Kind]["pushes"]["phx_join"]["reply"];

export interface TopicEvents<Kind extends TopicKind> {
  params?: () => object;
  on: { [Name in keyof Sends<Kind>]?: (payload: Sends<Kind>[Name]) => void };
  /** At the first join, and each time after the connection was gone. */
  joined: (reply: Joined<Kind>) => void;
  /** The connection is gone, or the server had a fault; the topic comes back by itself. */
  lost?: () => void;
  /** It does not come back: the right to it is gone. */
  over?: (code: string) => void;
}

class Live {
  /** Whether the socket is open. */
  connected = $state(false);
  /** Whether the browser believes in a network. */
  network = $state(navigator.onLine);
  /** Whether it was open before, so that it is missed rather than awaited. */
  once = $state(false);

  #socket: Socket | null = null;
  #user: string | null = null;
  /** The limits are a person's: what one topic's join was asked to wait, the others wait, too. */
  #notBefore = 0;

  constructor() {
    addEventListener("online", () => {
      this.network = true;
      this.hurry();
    });
    addEventListener("offline", () => (this.network = false));
  }

  /** Connects as the person who is signed in; disconnects when nobody is. */
  follow(user: string | null): void {
    if (user === this.#user) return;
    this.#socket?.disconnect();
    this.#socket = null;
    this.#user = user;
    this.connected = this.once = false;
    if (user === null) return;
    const socket = new Socket("/socket", {
      authToken: () => session.current,
      heartbeatIntervalMs: 15_000,
      reconnectAfterMs: (tries) => jittered(tries, 400, 8_000),
      rejoinAfterMs: (tries) => beforeRejoin(tries, this.#notBefore, Date.now()),
      // It would take the browser's own, where merely to look at it may be an error.
      sessionStorage: { getItem: (key) => tab.get(key), setItem: (key, value) => void tab.set(key, value) },
    });
    socket.onOpen(() => {
      if (this.#socket === socket) this.connected = this.once = true;
    });
    const closed = (): void => {
      if (this.#socket !== socket) return;
      this.connected = false;
      // The next attempt takes a token that is good, if there is a network to renew it by. Where it is not to be had,
      // the socket comes back with the old one, is refused, and tries again; only the server's word ends a session.
      void session.token().catch(() => undefined);
    };
    socket.onClose((event) => {
      closed();
      // Another device has the same refresh token's family ended, or this device slept: the old token is no good.
      if (event.code === 4401) void session.renew(session.current).catch(() => undefined);
    });
    socket.onError(closed);
    this.#socket = socket;
    // A token that has expired while the tab slept would only be refused.
    void session
      .token()
      .catch(() => undefined)
      .then(() => this.#socket === socket && socket.connect());
  }

  /** Something says that it is worth trying now, rather than when the wait is over. */
  hurry(): void {
    const socket = this.#socket;
    if (!socket || this.connected) return;
    void session
      .token()
      .catch(() => undefined)
      .then(() => {
        if (this.#socket !== socket || this.connected) return;
        socket.disconnect(() => this.#socket === socket && socket.connect());
      });
  }

  /** An answer is missing: the connection may be dead without knowing it. */
  doubt(): void {
    const socket = this.#socket;
    if (!socket || !this.connected) return;
    this.connected = false;
    socket.disconnect(() => this.#socket === socket && socket.connect());
  }

  join<Kind extends TopicKind>(kind: Kind, id: Id, events: TopicEvents<Kind>): Topic | null {
    const socket = this.#socket;
    if (!socket) return null;
    const channel = socket.channel(`${kind}:${id}`, events.params ?? (() => ({})));
    // Before the channel looks at it, and sets the time of its next join.
    channel.onMessage = (event, payload) => {
      if (channel.state === "joining") {
        this.#notBefore = Math.max(this.#notBefore, Date.now() + askedToWait(event, payload));
      }
      return payload;
    };
    let over = false;
    const end = (code: string): void => {
      if (over) return;
      over = true;
      events.over?.(code);
    };
    for (const [event, listener] of Object.entries<((payload: never) => void) | undefined>(events.on)) {
      channel.on(event, (payload) => listener?.(payload as never));
    }
    // A close that this side did not ask for: the server took the right away, and `user:` says why.
    channel.onClose(() => end("closed"));
    channel.onError(() => events.lost?.());
    channel
      .join()
      .receive("ok", (reply) => events.joined(reply as Joined<Kind>))
      .receive("error", (response) => {
        const { code } = response as Refusal;
        if (!OVER.has(code)) return;
        end(code);
        channel.leave();
      });
    return {
      channel,
      leave: () => {
        over = true;
        channel.leave();
      },
    };
  }
}

export const live = new Live();
