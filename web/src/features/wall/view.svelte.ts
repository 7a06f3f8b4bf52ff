// An event's wall on the page: reads on, closes the gaps that a lost connection left, and holds back what is new until one
// asks for it. What is known is in the event's store; what is wanted, in the sender.

import { api, ApiError } from "../../lib/api";
import type { Id } from "../../lib/id";
import { lasting } from "../../lib/lasting.svelte";
import type { Page } from "../../lib/pages";
import type { EventStore } from "../events/store/store.svelte";
import { sender } from "./sender.svelte";
import type { Entry, Wish } from "./store/outbox";
import * as posts from "./store/posts";
import { wall, type Wall } from "./store/posts";
import { freshIn, headOf, liveOf, orphansIn, rowsOf, type Row } from "./store/rows";
import type { Person, Post, Reacted, Tally, Voted } from "./types";

/** When a page that did not come is asked for again, in milliseconds. */
const AGAIN = 4_000;

export class WallView {
  /** How the next page fares. */
  more: "idle" | "busy" | "failed" = $state("idle");
  /** Where the newest post stood when one last wished to see what is new; null until there is any. */
  #mark: string | null = $state(null);

  #gap: string | null = null;
  #asking = new Set<Id>();
  #unlisten: (() => void) | null = null;
  #users = 0;

  constructor(
    readonly store: EventStore,
    readonly me: Person,
  ) {}

  get wall(): Wall {
    return this.store.kept(wall);
  }

  get #from(): string {
    return this.#mark ?? headOf(this.wall);
  }

  readonly entries: readonly Entry[] = $derived.by(() => {
    const event = this.store.state.event?.id;
    return sender.entries.filter((entry) => entry.event === event);
  });
  readonly #usual: Row[] = $derived.by(() => rowsOf(this.wall, this.entries, this.#from, this.me));
  /** Where nothing is shown, nothing can be pushed away: then all is. */
  readonly rows: Row[] = $derived.by(() =>
    this.#usual.length > 0 ? this.#usual : rowsOf(this.wall, this.entries, headOf(this.wall), this.me),
  );
  /** How many new posts wait. */
  readonly fresh: number = $derived.by(() => (this.#usual.length > 0 ? freshIn(this.wall, this.#from, this.me.id) : 0));
  readonly orphans: Entry[] = $derived(orphansIn(this.wall, this.entries));

  liveAt(at: number): { poll: Row | null; hype: Row | null } {
    return liveOf(this.rows, at);
  }

  /** Shows what is new. */
  reveal(): void {
    this.#mark = headOf(this.wall);
    this.store.change(wall, posts.tidied);
  }

  want(wish: Wish): Entry | null {
    const event = this.store.state.event?.id;
    return event === undefined ? null : sender.want(event, wish);
  }

  tap(post: Id): void {
    const event = this.store.state.event?.id;
    if (event !== undefined) sender.tap(event, post);
  }

  /** Is shown until the returned function is called. */
  show(): () => void {
    this.#users++;
    const event = this.store.state.event?.id;
    if (event !== undefined) this.#unlisten ??= this.#listen(event);
    this.store.change(wall, posts.tidied);
    return () => {
      if (--this.#users > 0) return;
      this.#unlisten?.();
      this.#unlisten = null;
    };
  }

  /** Does what is due after something has changed. */
  tend(): void {
    const { gap, recheck, phase } = this.wall;
    // Where nothing stood, what has come is shown, and is no news any more.
    if (phase !== "unknown" && (this.#mark === null || this.#usual.length === 0)) this.#mark = headOf(this.wall);
    if (gap !== null && gap !== this.#gap) void this.#close(gap);
    for (const id of recheck) void this.read(id);
  }

  /** Reads the next page of older posts. */
  async readOn(): Promise<void> {
    const { next } = this.wall;
    if (next === null || this.more === "busy") return;
    this.more = "busy";
    try {
      await this.#page(next);
      this.more = "idle";
    } catch {
      this.more = "failed";
    }
  }

  /** Reads one post again. */
  async read(id: Id): Promise<void> {
    if (this.#asking.has(id)) return;
    this.#asking.add(id);
    const { turn } = this.wall;
    try {
      const post = await api<Post>("GET", `/v1/posts/${id}`);
      this.store.change(wall, (kept) => posts.stored(kept, post, turn));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.store.change(wall, (kept) => posts.dropped(kept, id));
      else await new Promise((done) => setTimeout(done, AGAIN));
    } finally {
      this.#asking.delete(id);
    }
  }

  async #page(cursor: string): Promise<void> {
    const event = this.store.state.event?.id;
    if (event === undefined) return;
    const { turn } = this.wall;
    const page = await api<Page<Post>>("GET", posts.pageOf(event, cursor));
    this.store.change(wall, (kept) => posts.paged(kept, cursor, turn, page));
  }

  async #close(gap: string): Promise<void> {
    this.#gap = gap;
    try {
      await this.#page(gap);
    } catch {
      await new Promise((done) => setTimeout(done, AGAIN));
    }
    // What is missing still is asked for by the next change, or now.
    this.#gap = null;
    if (this.#users > 0) this.tend();
  }

  #listen(event: Id): () => void {
    const change = (how: (kept: Wall) => Wall): void => this.store.change(wall, how);
    return sender.listen(event, {
      turn: () => this.wall.turn,
      done: ({ op, wish }, answer, turn) => {
        switch (wish.kind) {
          case "post":
          case "edit":
          case "close":
            return change((kept) => posts.stored(kept, answer as Post, turn));
          case "remove":
            return change((kept) => posts.dropped(kept, wish.post));
          case "vote":
            return change((kept) => posts.voted(kept, wish.post, answer as Voted));
          case "react":
            return change((kept) => posts.reacted(kept, wish.post, answer as Reacted, turn));
          default:
            for (const hear of this.#hearers) hear({ op, wish }, answer);
        }
      },
      refused: ({ wish }, error) => {
        if (wish.kind === "post" || !("post" in wish)) return;
        if (error.code === "poll_closed" && isTally(error.details["tally"])) {
          const tally = error.details["tally"];
          change((kept) => posts.tallied(kept, wish.post, tally));
        }
        if (error.status === 404 && (wish.kind === "vote" || wish.kind === "react" || wish.kind === "remove")) {
          change((kept) => posts.dropped(kept, wish.post));
        } else void this.read(wish.post);
      },
      hyped: (post, mine) => change((kept) => posts.hyped(kept, post, mine)),
    });
  }

  #hearers = new Set<Hearer>();

  /** Hears of comments that were written, changed and removed from here. */
  onComment(hear: Hearer): () => void {
    this.#hearers.add(hear);
    return () => this.#hearers.delete(hear);
  }
}

type Hearer = (entry: Pick<Entry, "op" | "wish">, answer: unknown) => void;

function isTally(value: unknown): value is Tally {
  return typeof value === "object" && value !== null && "rev" in value;
}

const views = new WeakMap<EventStore, WallView>();

/** The wall of an event that is open: one for all parts of its page. */
export function wallOf(store: EventStore, me: Person): WallView {
  let view = views.get(store);
  if (view?.me.id !== me.id) {
    sender.follow(me.id);
    view = lasting(() => new WallView(store, me));
    views.set(store, view);
  }
  return view;
}
