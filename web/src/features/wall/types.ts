// What the server says of a wall: its own types, with the content of each kind of post told apart.

import type { Id } from "../../lib/id";
import type {
  Author,
  MineOfPost,
  PollBody,
  PollMode,
  PollResults,
  PollTally,
  Post as AnyPost,
  PostKind,
  TextBody,
} from "../../generated/openapi";

export type { PollBody, TextBody };
export type Person = Author;
export type Kind = PostKind;
export type Mode = PollMode;
export type Results = PollResults;
/** What a poll has so far. `rev` ascends; `counts` is null where they are not to be seen yet. */
export type Tally = PollTally;
/** What one has done with a post oneself. */
export type Mine = MineOfPost;
export type Reactions = AnyPost["reactions"];

/** What one has done with it is absent in what is sent to everybody alike. */
type Common = Omit<AnyPost, "kind" | "body"> & { mine?: Mine };

export type TextPost = Common & { kind: "text"; body: TextBody };
export type HypePost = Common & { kind: "hype"; body: TextBody };
export type PollPost = Common & { kind: "poll"; body: PollBody };
export type Post = TextPost | HypePost | PollPost;

/** What is sent to write a post. */
export type NewBody = { kind: "text" | "hype"; body: TextBody } | { kind: "poll"; body: PollBody };

export interface Comment {
  id: Id;
  post_id: Id;
  author: Person;
  text: string;
  created_at: string;
  edited_at: string | null;
}

export interface Reacted {
  person: Person;
  emoji: string;
  at: string;
}

export interface PostCounts {
  comments: number;
  reactions: Reactions;
}

/** The answer to a reaction. */
export interface ReactionAnswer extends PostCounts {
  mine: string[];
}

/** The answer to a vote. */
export interface VoteAnswer {
  options: number[];
  tally: Tally;
}

/** The answer to a device's total of taps. */
export interface HypeAnswer {
  source: string;
  accepted: number;
  mine: number;
  retry_after_ms: number;
}

/** What the event's topic says of its wall. */
export interface WallSends {
  "post:new": { post: Post; seq: number };
  "post:changed": { post: Post; seq: number };
  "post:removed": { post_id: Id; seq: number };
  "poll:closed": { post_id: Id; closed_at: string; post: Post; seq: number } & Tally;
  "poll:tally": { post_id: Id } & Tally;
  hype: { post_id: Id; total: number };
  "post:counts": { post_id: Id } & PostCounts;
}

/** What a join says of it. */
export interface WallJoined {
  posts: Post[];
  posts_next: string | null;
}
