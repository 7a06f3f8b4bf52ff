// The service worker, which has the client's own files at hand without a network, and the way to install it.

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

class Shell {
  /** The browser offers to install it. */
  installable: InstallPrompt | null = $state.raw(null);

  start(): void {
    addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.installable = event as InstallPrompt;
    });
    addEventListener("appinstalled", () => (this.installable = null));
    if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
    // After the first view, with which it would compete.
    const register = (): void => void navigator.serviceWorker.register(address() as string).catch(() => undefined);
    if (document.readyState === "complete") setTimeout(register, 1_500);
    else addEventListener("load", () => setTimeout(register, 1_500));
  }

  async install(): Promise<void> {
    await this.installable?.prompt();
    this.installable = null;
  }
}

interface Policies {
  createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(url: string): unknown };
}

/** The worker's address, in the form that the page's policy asks for where the browser knows of it. */
function address(): unknown {
  const { trustedTypes } = globalThis as { trustedTypes?: Policies };
  if (!trustedTypes) return "/sw.js";
  return trustedTypes.createPolicy("podium-worker", { createScriptURL: () => "/sw.js" }).createScriptURL("/sw.js");
}

export const shell = new Shell();
