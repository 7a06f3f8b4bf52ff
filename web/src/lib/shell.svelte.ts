// The client as a thing that is installed and gets newer: the service worker, which has the client's own files at hand
// without a network; the offer to install it; and what is done about a version that is newer than the page.
//
// A page is opened from what is at hand, since that is at once and without a network, and then looks whether there is a
// newer one: when it opens, when it becomes visible, and each hour. The newer one is taken by itself where nobody
// notices: while nobody has touched the page yet, or while it is hidden, and nothing is being written or sent. Else it
// is offered. What is taken reloads each tab once.

import { isChanging } from "./api";
import { isUnfinished, wouldLose } from "./leaving";
import { session } from "./session.svelte";
import { tab } from "./storage";

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

/** How often an open page looks for a newer version, in milliseconds. */
const LOOK = 3_600_000;

/** For so long after it was opened, a page that nobody has touched may begin anew under the eyes. */
const OPENING = 15_000;

/** Two versions that take turns, as in the middle of a deploy, do not reload a page over and over. */
const SELDOM = 5 * 60_000;

/** How long a worker may take to come, in milliseconds. */
const PATIENCE = 5_000;

const RELOADED = "podium.reloaded";

class Shell {
  /** The browser offers to install it. */
  installable: InstallPrompt | null = $state.raw(null);
  /** There is a newer version than this page. */
  newer = $state(false);

  #registration: ServiceWorkerRegistration | null = null;
  /** A reload is all that is missing: another tab has taken the newer version, or there is no worker. */
  #taken = false;
  #touched = false;
  #going = false;
  /** What has been typed into, and not sent. */
  #written = new Set<Element>();
  readonly #opened = Date.now();

  start(): void {
    addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.installable = event as InstallPrompt;
    });
    addEventListener("appinstalled", () => (this.installable = null));
    if (!import.meta.env.PROD) return;
    for (const kind of ["pointerdown", "keydown", "wheel"])
      addEventListener(kind, () => (this.#touched = true), { capture: true, passive: true, once: true });
    addEventListener("input", ({ target }) => target instanceof Element && this.#written.add(target), true);
    addEventListener("submit", ({ target }) => this.#sent(target as Element), true);
    // A part that does not come may be one of an old version, which is nowhere any more; or there is no network.
    addEventListener("vite:preloadError", () => void this.look());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.look();
      else this.#takeQuietly();
    });
    setInterval(() => {
      void this.look();
      this.#takeQuietly();
    }, LOOK);
    // After the first view, with which it would compete.
    const wait = (navigator.serviceWorker as ServiceWorkerContainer | undefined)?.controller ? 0 : 1_500;
    const begin = (): unknown => setTimeout(() => void this.#begin(), wait);
    if (document.readyState === "complete") begin();
    else addEventListener("load", begin);
  }

  async install(): Promise<void> {
    await this.installable?.prompt();
    this.installable = null;
  }

  /** Looks whether there is a newer version. Without a network it does so the next time. */
  async look(): Promise<void> {
    try {
      if (this.#registration) await this.#registration.update();
      else if (await isOutdated()) this.#found();
    } catch {
      // No network, or a worker that could not be installed: what is at hand goes on.
    }
  }

  /** Takes the newer version, and begins anew with it. What is unsent and what is being written in a pod is kept. */
  take(): void {
    const waiting = this.#registration?.waiting;
    // Its coming reloads the page.
    if (waiting && !this.#taken) {
      this.#going = true;
      waiting.postMessage("take");
      // A worker that does not come after all is no reason to stay.
      setTimeout(() => this.#reload(), PATIENCE);
    } else this.#reload();
  }

  async #begin(): Promise<void> {
    const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
    // Secure contexts alone have it.
    if (!container) return;
    const before = container.controller;
    container.addEventListener("controllerchange", () => {
      // The first worker of all takes over the page that has brought it.
      if (!before) return;
      this.#taken = true;
      if (this.#going) this.#reload();
      else this.#found();
    });
    try {
      this.#registration = await container.register(address() as string);
    } catch {
      // A browser that keeps nothing. The page works without a worker, and looks for itself.
      return;
    }
    this.#follow(this.#registration);
    if (before) void this.look();
  }

  #follow(registration: ServiceWorkerRegistration): void {
    const ready = (): void => {
      // Without one before it, it is no newer one.
      if (registration.waiting && registration.active) this.#found();
    };
    const install = (): void => registration.installing?.addEventListener("statechange", ready);
    ready();
    install();
    registration.addEventListener("updatefound", install);
  }

  #found(): void {
    this.newer = true;
    this.#takeQuietly();
  }

  /** Takes it if nobody notices. */
  #takeQuietly(): void {
    if (!this.newer) return;
    const hidden = document.visibilityState === "hidden";
    const opening = !this.#touched && Date.now() - this.#opened < OPENING;
    if (!(hidden || opening) || this.#isBusy()) return;
    // Without a memory of it, nobody could tell whether it is over and over.
    if (Date.now() - Number(tab.get(RELOADED) ?? 0) < SELDOM || !tab.set(RELOADED, String(Date.now()))) return;
    this.take();
  }

  /** Whether something would be interrupted or lost. */
  #isBusy(): boolean {
    for (const element of this.#written) if (!element.isConnected) this.#written.delete(element);
    const writing = [...this.#written].some((element) => (element as HTMLInputElement).value !== "");
    const open = document.querySelector("dialog[open]") !== null;
    return writing || open || isChanging() || isUnfinished() || wouldLose() || (session.signedIn && !session.lasting);
  }

  #sent(form: Element): void {
    for (const element of this.#written) if (form.contains(element)) this.#written.delete(element);
  }

  #reload(): void {
    location.reload();
  }
}

/** Whether the server's page is made of other files than this one. */
async function isOutdated(): Promise<boolean> {
  const answer = await fetch("/", { cache: "no-cache", headers: { accept: "text/html" } });
  const page = await answer.text();
  const files = [...document.querySelectorAll<HTMLScriptElement>("script[src]")].map(
    ({ src }) => new URL(src).pathname,
  );
  return answer.ok && files.some((file) => file.startsWith("/assets/") && !page.includes(file));
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
