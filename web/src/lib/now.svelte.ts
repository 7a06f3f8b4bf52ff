// What time it is: reactive, so that what is shown of it changes by itself, and the server's, where this device's clock
// is wrong.

/** A difference as small as this is of the network and of whole seconds. */
const NOTICEABLE = 60_000;

class Now {
  #at = $state(Date.now());
  /** How far the server is ahead of this device, in milliseconds. */
  #ahead = 0;
  /** How far it is ahead at least, as nearly as is known. */
  #least = -Infinity;

  constructor() {
    if (typeof document === "undefined") return;
    // Once a minute, soon after it begins.
    const next = (): void => {
      this.#tick();
      setTimeout(next, 60_050 - (Date.now() % 60_000));
    };
    next();
    // A device that slept has let its timers lie.
    document.addEventListener("visibilitychange", () => this.#tick());
  }

  /** The moment, as of the minute's beginning or later. */
  get at(): number {
    return this.#at;
  }

  /** The server's time now, as nearly as its answers tell: for what counts down by seconds. Not reactive. */
  server(): number {
    return Date.now() + (Number.isFinite(this.#least) ? this.#least : 0);
  }

  /** Takes the `Date` of an answer. */
  hear(date: string | null): void {
    const serverTime = date === null ? NaN : Date.parse(date);
    if (Number.isNaN(serverTime)) return;
    const ahead = serverTime - Date.now();
    // It is a whole second, and has been on the way: the server is at least so far ahead. A clock that was set says
    // something else from then on.
    this.#least = ahead < this.#least - NOTICEABLE ? ahead : Math.max(this.#least, ahead);
    const before = this.#ahead;
    this.#ahead = Math.abs(ahead) < NOTICEABLE ? 0 : ahead;
    if (Math.abs(this.#ahead - before) >= NOTICEABLE) this.#tick();
  }

  #tick(): void {
    this.#at = Date.now() + this.#ahead;
  }
}

export const now = new Now();
