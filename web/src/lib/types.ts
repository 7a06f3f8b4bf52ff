// What the server says, as far as this client reads it. See docs/PROTOCOL.md and /openapi.json.

import type { Language } from "./language.svelte";

export type Id = string;

export interface Message {
  id: Id;
  seq: number;
  changed_seq: number;
  user_id: Id;
  kind: string;
  text: string;
  reply_to: Id | null;
  mentions: Id[];
  reactions: Record<string, Id[]>;
  edited_at: string | null;
  deleted_at: string | null;
  at: string;
}

export interface Member {
  user_id: Id;
  display_name: string;
  avatar_url: string | null;
  role: string;
  seat: number;
  read_seq: number;
  joined_at: string;
}

export interface Pod {
  id: Id;
  event_id: Id;
  name: string;
  seats: number;
  join_policy: "open" | "invite";
  created_by: Id;
  created_at: string;
  closed_at: string | null;
}

export interface PodView extends Pod {
  free_seats: number;
}

export interface InboxEntry extends PodView {
  head: number;
  read_seq: number;
  unread: number;
  last_message: Message;
  active_at: string;
  members: Member[];
  /** When one pinned it. */
  pinned_at: string | null;
  /** Whether one marked it as unread, and has read nothing new since. */
  marked_unread: boolean;
}

export interface LiveEvent {
  id: Id;
  slug: string;
  artist: string;
  city: string;
  venue: string;
  date_utc: string;
  ends_at: string | null;
  time_zone: string | null;
  created_by: Id;
  cancelled_at: string | null;
}

/** An event by itself, with what goes on there. */
export interface EventView extends LiveEvent {
  /** How many go, hidden members included. */
  going?: number;
  open_pods?: number;
  /** Of the open pods. */
  free_seats?: number;
}

export interface Badge {
  key: string;
  label: string;
  emoji: string;
}

export interface EventMember {
  user_id: Id;
  display_name: string;
  avatar_url: string | null;
  ig_url: string | null;
  vibe_badges: Badge[];
  hidden: boolean;
  joined_at: string;
}

export interface Profile {
  id: Id;
  display_name: string;
  email: string | null;
  avatar_url: string | null;
  ig_url: string | null;
  reveal_ig: boolean;
  /** Null for one who has not chosen a language. */
  language: Language | null;
  created_at: string;
}

export interface Session {
  id: Id;
  created_at: string;
  last_used_at: string;
  user_agent: string | null;
  address: string | null;
  current: boolean;
}

export interface Invite {
  id: Id;
  code: string;
  url: string;
  created_by: Id;
  created_at: string;
  expires_at: string | null;
  uses: number | null;
  used: number;
  revoked_at: string | null;
}

export interface InvitePreview {
  state: "open" | "used_up" | "expired" | "revoked" | "full" | "closed";
  pod: { id: Id; name: string; seats: number; free_seats: number };
  event: LiveEvent;
  invited_by: { display_name: string } | null;
  expires_at: string | null;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** A stretch of a pod's log. */
export interface LogPage {
  messages: Message[];
  more: boolean;
  next: number | null;
}

/** The answer to joining a pod. */
export interface JoinReply extends LogPage {
  pod: Pod;
  members: Member[];
  head: number;
  epoch: string;
  reset?: boolean;
  server_time: string;
  limits: { text_chars: number; frame_bytes: number; page: number };
}

/** A refusal, on a socket or over HTTP. */
export interface Refusal {
  code: string;
  reason: string;
  retry_after_ms?: number;
  errors?: { pointer: string; detail: string }[];
}
