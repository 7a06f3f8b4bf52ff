// What the server says of a wall: its own types, with the content of a post typed by its kind.

import type {
  Author,
  Comment,
  MineOfPost,
  PollBody,
  PollMode,
  PollResults,
  PollTally,
  Post as AnyPost,
  PostKind,
  Reacted,
  Reaction,
  TapsAccepted,
  TextBody,
  Voted,
} from "../../generated/openapi";

export type { Comment, PollBody, Reacted, Reaction, TapsAccepted, TextBody, Voted };
export type Person = Author;
export type Kind = PostKind;
export type Mode = PollMode;
export type Results = PollResults;
/** What a poll has so far. `rev` ascends; `counts` is null where they are not to be seen yet. */
export type Tally = PollTally;
/** What one has done with a post oneself. */
export type Mine = MineOfPost;
export type Reactions = AnyPost["reactions"];
export type PostCounts = Pick<AnyPost, "comments" | "reactions">;

/** What one has done with it is absent in what is sent to everybody alike. */
type Common = Omit<AnyPost, "kind" | "body"> & { mine?: Mine };

export type TextPost = Common & { kind: "text"; body: TextBody };
export type HypePost = Common & { kind: "hype"; body: TextBody };
export type PollPost = Common & { kind: "poll"; body: PollBody };
export type Post = TextPost | HypePost | PollPost;

/** What is sent to write a post. */
export type NewBody = { kind: "text" | "hype"; body: TextBody } | { kind: "poll"; body: PollBody };
