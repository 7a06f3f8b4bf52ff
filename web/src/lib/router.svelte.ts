// Addresses of the client, and moving between them without loading a page.

import { tick } from "svelte";
import { parse, tidy, type Route } from "./addresses";
import { fetchPage } from "./lazy";

export { parse, type Route };

class Router {
  route: Route = $state.raw(parse(location.pathname));
  /** The query of the address. */
  query: string = $state(location.search);
  /** Where one was within the client before, so that "back" leads there. */
  depth = 0;

  constructor() {
    this.#tidy();
    addEventListener("popstate", () => {
      this.depth = Math.max(0, this.depth - 1);
      this.#show();
    });
    document.addEventListener("click", (event) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      const link = (event.target as Element | null)?.closest?.("a[href]");
      if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin || link.target) return;
      if (link.hasAttribute("download") || parse(link.pathname).page === "nowhere") return;
      // A place on this page, which the browser finds.
      if (link.hash && link.pathname + link.search === location.pathname + location.search) return;
      event.preventDefault();
      this.go(link.pathname + link.search + link.hash);
    });
  }

  /** Where one is, with query and all. */
  get path(): string {
    return location.pathname + location.search + location.hash;
  }

  go(path: string, { replace = false } = {}): void {
    if (path === this.path) return;
    if (replace) history.replaceState(null, "", path);
    else {
      history.pushState(null, "", path);
      this.depth++;
    }
    this.#show();
  }

  /** To where one came from; to `otherwise` if that was not here. */
  back(otherwise: string): void {
    if (this.depth > 0) history.back();
    else this.go(otherwise, { replace: true });
  }

  #show(): void {
    this.#tidy();
    this.query = location.search;
    const route = parse(location.pathname);
    // Another view of the same page stays where it is.
    if (JSON.stringify(route) === JSON.stringify(this.route)) return;
    this.route = route;
    scrollTo(0, 0);
    void this.#begin(this.route);
  }

  /** A screen reader starts to read where the new page does, once that is there. */
  async #begin(route: Route): Promise<void> {
    const page = fetchPage(route.page);
    await tick();
    // What cannot be loaded says so itself.
    await page.catch(() => undefined);
    await tick();
    if (this.route === route) document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }

  /** An address that was forgiven something is shown as it should be, and shared so. */
  #tidy(): void {
    const tidied = tidy(location.pathname);
    if (tidied === null || tidied === location.pathname) return;
    history.replaceState(history.state, "", tidied + location.search + location.hash);
  }
}

export const router = new Router();
