// What this client uses of the npm package `phoenix` 1.8, which comes without types.
declare module "phoenix" {
  export interface Options {
    authToken?: () => string;
    timeout?: number;
    heartbeatIntervalMs?: number;
    reconnectAfterMs?: (tries: number) => number;
    rejoinAfterMs?: (tries: number) => number;
    sessionStorage?: { getItem(key: string): string | null; setItem(key: string, value: string): void };
  }

  export class Push {
    receive(status: "ok" | "error" | "timeout", callback: (response: unknown) => void): this;
  }

  export class Channel {
    readonly topic: string;
    readonly state: "closed" | "errored" | "joined" | "joining" | "leaving";
    on(event: string, callback: (payload: unknown) => void): number;
    /** Sees each message before its listeners do. */
    onMessage: (event: string, payload: unknown) => unknown;
    onClose(callback: () => void): void;
    onError(callback: () => void): number;
    join(timeout?: number): Push;
    leave(timeout?: number): Push;
    push(event: string, payload: object, timeout?: number): Push;
  }

  export class Presence {
    constructor(channel: Channel);
    onSync(callback: () => void): void;
    list<T>(by: (key: string) => T): T[];
  }

  export class Socket {
    constructor(endPoint: string, options?: Options);
    connect(): void;
    disconnect(callback?: () => void): void;
    isConnected(): boolean;
    channel(topic: string, params?: () => object): Channel;
    onOpen(callback: () => void): string;
    onClose(callback: (event: CloseEvent) => void): string;
    onError(callback: () => void): string;
  }
}
