// The client's pages: one table that the router, the frame (App.svelte) and the navigation read. The build
// writes the addresses and scripts of each into `dist/pages.json`, by which the server knows them (scripts/pages.ts).

import type { Component } from "svelte";
import type { IconName } from "./lib/icons";

/** A part whose script is fetched when it is first needed. Its props are checked where it is written. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Loader = () => Promise<{ default: Component<any> }>;

export interface PageEntry {
  /** Its address; `:id` stands for one word, which the page gets as a prop of that name. Null: it has none of its own. */
  path: string | null;
  /**
   * Who may see it: `open` is for everybody and stands alone; `shared` is for everybody, and among one's own pages after
   * signing in; `own` is for people who have signed in.
   */
  see: "open" | "shared" | "own";
  load: Loader;
  /** The features whose texts it shows, so that these come while its script does. */
  texts: readonly string[];
  /** Its icon, if it stands in the navigation. */
  icon?: IconName;
  /** The page of the navigation that it belongs to. */
  under?: string;
}

export const PAGES = {
  inbox: {
    path: "/",
    see: "own",
    load: () => import("./features/inbox/Inbox.svelte"),
    texts: ["inbox"],
    icon: "inbox",
  },
  pod: {
    path: "/pods/:id",
    see: "own",
    load: () => import("./features/pods/Pod.svelte"),
    texts: ["pods"],
    under: "inbox",
  },
  search: {
    path: "/search",
    see: "own",
    load: () => import("./features/search/Search.svelte"),
    texts: ["search"],
    under: "inbox",
  },
  events: {
    path: "/events",
    see: "shared",
    load: () => import("./features/events/Events.svelte"),
    texts: ["events"],
    icon: "ticket",
  },
  event: {
    path: "/events/:id",
    see: "shared",
    load: () => import("./features/events/EventPage.svelte"),
    texts: ["events", "meet-point"],
    under: "events",
  },
  me: {
    path: "/me",
    see: "own",
    load: () => import("./features/me/Me.svelte"),
    texts: ["me"],
    icon: "person",
  },
  nights: {
    path: "/me/nights",
    see: "own",
    load: () => import("./features/memorabilia/Nights.svelte"),
    texts: ["memorabilia", "events"],
    under: "me",
  },
  night: {
    path: "/me/nights/:event",
    see: "own",
    load: () => import("./features/memorabilia/Night.svelte"),
    texts: ["memorabilia", "events"],
    under: "me",
  },
  invite: {
    path: "/i/:code",
    see: "open",
    load: () => import("./features/invites/Invite.svelte"),
    texts: ["invites", "events"],
  },
  signin: {
    path: "/signin",
    see: "open",
    load: () => import("./features/accounts/SignIn.svelte"),
    texts: ["accounts"],
  },
  signup: {
    path: "/signup",
    see: "open",
    load: () => import("./features/accounts/SignUp.svelte"),
    texts: ["accounts"],
  },
  verify: {
    path: "/verify",
    see: "open",
    load: () => import("./features/accounts/Verify.svelte"),
    texts: ["accounts"],
  },
  reset: {
    path: "/reset",
    see: "open",
    load: () => import("./features/accounts/Reset.svelte"),
    texts: ["accounts"],
  },
  nowhere: {
    path: null,
    see: "open",
    load: () => import("./features/nowhere/Nowhere.svelte"),
    texts: ["nowhere"],
  },
} as const satisfies Record<string, PageEntry>;

export type PageName = keyof typeof PAGES;

/** The pages of the navigation, in its order. Their labels are `common.nav`, all titles `common.titles`. */
export const NAVIGATION = ["inbox", "events", "me"] as const satisfies PageName[];

/** The names of the words that an address leaves open. */
type Open<Path> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | Open<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** What an address shows: a page, with the words that its address leaves open. */
export type Route = {
  [Name in PageName]: { page: Name } & Record<Open<(typeof PAGES)[Name]["path"]>, string>;
}[PageName];

/** The same of any page, where it does not matter which. */
export function entryOf(page: PageName): PageEntry {
  return PAGES[page];
}
