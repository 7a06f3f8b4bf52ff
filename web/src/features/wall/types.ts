// What the server says of a wall.

import type { Id } from "../../lib/id";

export interface Person {
  id: Id;
  display_name: string;
  avatar_url: string | null;
}

export type Kind = "text" | "poll" | "hype";
export type Mode = "single" | "multiple";
export type Results = "always" | "after_vote" | "closed";

export interface TextBody {
  text: string;
}

export interface PollBody {
  question: string;
  options: string[];
  mode: Mode;
  closes_at: string | null;
  results: Results;
}

/** What a poll has so far. `rev` ascends; `counts` is null where they are not to be seen yet. */
export interface Tally {
  rev: number;
  voters: number;
  counts: number[] | null;
}

export type Reactions = Readonly<Record<string, number>>;

/** What one has done with a post oneself. */
export interface Mine {
  vote: number[] | null;
  hype: number | null;
  reactions: string[];
}

interface Common {
  id: Id;
  event_id: Id;
  author: Person;
  created_at: string;
  edited_at: string | null;
  closed_at: string | null;
  tally: Tally | null;
  hype: number | null;
  comments: number;
  reactions: Reactions;
  /** Its place in the event's feed: the higher one is newer. */
  seq: number;
  /** Absent in what is sent to everybody alike. */
  mine?: Mine | null;
}

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
