// Unexpected errors: as they are in the console, for people as a sentence. What an
// error ends is a part of the page (parts/Guard.svelte); what happened outside of any part is shown here.

class Faults {
  /** Something that was asked for has not happened. */
  met = $state(false);

  start(): void {
    addEventListener("error", ({ error, filename }) => {
      // Of extensions, and of browsers about themselves ("ResizeObserver loop …"), nobody here can say anything.
      if (error instanceof Error && filename.startsWith(location.origin)) this.met = true;
    });
    addEventListener("unhandledrejection", ({ reason }: PromiseRejectionEvent) => {
      if (reason instanceof Error && reason.stack?.includes(location.origin)) this.met = true;
    });
  }

  /** A part of the page has ended with an error. */
  note(error: unknown): void {
    console.error(error);
  }
}

export const faults = new Faults();
