// The requests that wait for their turn, so that a page can say that they go on by themselves.

/** A wait that is shorter is nobody's business. */
const BRIEF = 700;

class Queue {
  /** How many wait to be let in: to sign up or in, to set a password. */
  entering = $state(0);
  /** How many others wait. */
  others = $state(0);

  /** Waits so long, and returns true; or false as soon as the page was left. */
  async wait(time: number, entering: boolean, leaving?: AbortSignal): Promise<boolean> {
    const name = entering ? "entering" : "others";
    const isShown = time > BRIEF;
    if (isShown) this[name]++;
    try {
      return await new Promise<boolean>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          leaving?.removeEventListener("abort", done);
          resolve(leaving?.aborted !== true);
        };
        const timer = setTimeout(done, time);
        if (leaving?.aborted) done();
        else leaving?.addEventListener("abort", done);
      });
    } finally {
      if (isShown) this[name]--;
    }
  }
}

export const queue = new Queue();
