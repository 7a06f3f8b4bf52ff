// Addresses of the client, and moving between them without loading a page.

import { tick } from "svelte";

export type Route =
  | { page: "inbox" }
  | { page: "events" }
  | { page: "event"; id: string }
  | { page: "pod"; id: string }
  | { page: "invite"; code: string }
  | { page: "me" }
  | { page: "signin" }
  | { page: "signup" }
  | { page: "verify" }
  | { page: "reset" }
  | { page: "nowhere" };

/** What an address shows. */
export function parse(path: string): Route {
  const [first = "", second, ...more] = path.replace(/^\//, "").split("/");
  if (more.length > 0) return { page: "nowhere" };
  if (second !== undefined && second !== "") {
    const rest = decodeURIComponent(second);
    if (first === "events") return { page: "event", id: rest };
    if (first === "pods") return { page: "pod", id: rest };
    if (first === "i") return { page: "invite", code: rest };
    return { page: "nowhere" };
  }
  switch (first) {
    case "":
      return { page: "inbox" };
    case "events":
    case "me":
    case "signin":
    case "signup":
    case "verify":
    case "reset":
      return { page: first };
    default:
      return { page: "nowhere" };
  }
}

class Router {
  route: Route = $state(parse(location.pathname));
  path = $state(location.pathname);
  /** Where one was within the client before, so that "back" leads there. */
  depth = 0;

  constructor() {
    addEventListener("popstate", () => {
      this.depth = Math.max(0, this.depth - 1);
      this.#show();
    });
    document.addEventListener("click", (event) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      const link = (event.target as Element | null)?.closest?.("a[href]");
      if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin || link.target) return;
      if (parse(link.pathname).page === "nowhere") return;
      event.preventDefault();
      this.go(link.pathname + link.search);
    });
  }

  go(path: string, { replace = false } = {}): void {
    if (path === location.pathname + location.search) return;
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
    this.path = location.pathname;
    this.route = parse(location.pathname);
    scrollTo(0, 0);
    // A screen reader starts to read where the new page does.
    void tick().then(() => document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true }));
  }
}

export const router = new Router();
