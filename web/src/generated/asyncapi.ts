// Made of `podium document asyncapi` by scripts/types.mjs: run `make types`, and change nothing by hand.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A newer token. */
        AccessTokenPush: {
            /** @description The token, of the same person. */
            token: string;
        };
        /** @description What one who changes a message is answered. */
        Amended: {
            /**
             * Format: uuid
             * @description The message's id.
             */
            id: string;
            /**
             * Format: int64
             * @description The `changed_seq` that the change took. Where there was nothing to change, the one that the message has.
             */
            seq: number;
        };
        /**
         * @description The machine-readable reason of a refusal. Clients are written against these names.
         * @enum {string}
         */
        Code: "malformed" | "unauthorized" | "forbidden" | "not_member" | "not_found" | "method_not_allowed" | "unmatched_topic" | "unknown_event" | "conflict" | "pod_full" | "precondition_failed" | "too_large" | "unsupported_type" | "invalid" | "rate_limited" | "overloaded" | "unavailable" | "internal";
        /** @description How many there are. */
        CountIs: {
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
        };
        /** @description A message to be deleted. */
        DeletePush: {
            /**
             * Format: uuid
             * @description The message.
             */
            id: string;
            /**
             * Format: uuid
             * @description The change's own id, by which a retry is known.
             */
            op?: string | null;
        };
        /** @description A message with other words. */
        EditPush: {
            /**
             * Format: uuid
             * @description The message.
             */
            id: string;
            /** @description The members that it names from now on; as before if absent. */
            mentions?: string[] | null;
            /**
             * Format: uuid
             * @description The change's own id, by which a retry is known.
             */
            op?: string | null;
            /** @description Its words from now on. */
            text: string;
        };
        /** @description An event. */
        Event: {
            /** @description Who plays. */
            artist: string;
            /**
             * Format: date-time
             * @description When it was called off.
             */
            cancelled_at: string | null;
            /** @description Where. */
            city: string;
            /**
             * Format: uuid
             * @description Its maker.
             */
            created_by: string;
            /**
             * Format: date-time
             * @description When it starts.
             */
            date_utc: string;
            /**
             * Format: date-time
             * @description When it ends, if known. Without it the event is on for 12 hours.
             */
            ends_at: string | null;
            /**
             * Format: uuid
             * @description The event's id.
             */
            id: string;
            /** @description Its name in addresses; can stand for the id in `GET /v1/events/{id}`. */
            slug: string;
            /** @description The IANA name of the zone in which its times are told, and on whose days it is; UTC if null. */
            time_zone: string | null;
            /** @description The house or field. */
            venue: string;
        };
        /** @description The answer to a join of an event's topic: the whole state, with the fields that other features add. */
        EventJoined: {
            /** @description The database's line of history. */
            epoch: string;
            /** @description The event, as `GET /v1/events` lists it. */
            event: components["schemas"]["Event"];
            /**
             * Format: int64
             * @description The number of the feed's last change: `seq` ascends from `head` + 1.
             */
            head: number;
            /** @description The limits that hold here. */
            limits: components["schemas"]["EventLimits"];
            /**
             * Format: int64
             * @description How many people have the topic open, who joins included.
             */
            present: number;
            /**
             * Format: date-time
             * @description When it was read, by the database's clock.
             */
            server_time: string;
        };
        /** @description The limits that hold on an event's topic. */
        EventLimits: {
            /** @description Bytes of a frame. */
            frame_bytes: number;
            /** @description The most items in a page of a list. */
            page: number;
        };
        /** @description An event's members, in the answer to a join. */
        EventMembers: {
            /**
             * Format: int64
             * @description How many people belong to the event, those who hide included, as was counted last.
             */
            members: number;
        };
        /** @description An event's pods, in the answer to a join. */
        EventPods: {
            /** @description The cursor of the next page of `GET /v1/events/{id}/pods?order=newest`; null if there is none. */
            next: string | null;
            /** @description The newest pods that are not closed, each as in `GET /v1/events/{id}/pods`; never who is inside. */
            pods: components["schemas"]["PodView"][];
        };
        /** @description One value that is out of its bounds. */
        FieldError: {
            /** @description What is wrong with it. */
            detail: string;
            /** @description A JSON pointer (RFC 6901) into the body, or `?name` for a query parameter. */
            pointer: string;
        };
        /** @description A member's own marks of a pod. */
        Flags: {
            /** @description Whether the caller marked the pod as unread, and has read nothing new since. */
            marked_unread: boolean;
            /**
             * Format: date-time
             * @description When the caller pinned the pod; null if it is not pinned.
             */
            pinned_at: string | null;
        };
        /** @description A stretch of the log. Exactly one of `before` and `after` is given. */
        HistoryPush: {
            /**
             * Format: int64
             * @description Messages that have changed after this position.
             * @example null
             */
            after?: number | null;
            /**
             * Format: int64
             * @description Messages with a lower `seq`, the newest of them.
             * @example 120
             */
            before?: number | null;
            /**
             * Format: int64
             * @description How many at most; 50 if absent.
             */
            limit?: number | null;
        };
        /**
         * @description Who may take a free seat.
         * @enum {string}
         */
        JoinPolicy: "open" | "invite";
        /**
         * @description What a message is.
         * @enum {string}
         */
        Kind: "text" | "joined" | "left" | "removed" | "renamed" | "owner_changed" | "closed";
        /** @description One who sits in a pod. */
        Member: {
            /** @description Their picture. */
            avatar_url: string | null;
            /** @description What they are called. */
            display_name: string;
            /**
             * Format: date-time
             * @description Since when.
             */
            joined_at: string;
            /**
             * Format: int64
             * @description Up to where they have read.
             */
            read_seq: number;
            /** @description `owner` or `member`. */
            role: string;
            /**
             * Format: int32
             * @description From 1.
             */
            seat: number;
            /**
             * Format: uuid
             * @description The profile.
             */
            user_id: string;
        };
        /** @description Up to where a member has read. */
        MemberRead: {
            /**
             * Format: int64
             * @description The `seq` up to which they have read.
             */
            seq: number;
            /**
             * Format: uuid
             * @description The member.
             */
            user_id: string;
        };
        /** @description Whether a member types. */
        MemberTyping: {
            /** @description Whether they do. */
            on: boolean;
            /**
             * Format: uuid
             * @description The member.
             */
            user_id: string;
        };
        /** @description A message as clients see it. */
        Message: {
            /**
             * Format: date-time
             * @description When it was stored.
             */
            at: string;
            /** @description The media that it carries. */
            attachments: string[];
            /**
             * Format: int64
             * @description The place of its newest change.
             */
            changed_seq: number;
            /**
             * Format: date-time
             * @description When it was taken back.
             */
            deleted_at: string | null;
            /**
             * Format: date-time
             * @description When its words were last changed; to name others alone is no change of words.
             */
            edited_at: string | null;
            /**
             * Format: uuid
             * @description The id that its sender gave it.
             */
            id: string;
            /** @description What it is. */
            kind: components["schemas"]["Kind"];
            /** @description The members that it names. */
            mentions: string[];
            /** @description Who reacted, by emoji. */
            reactions: {
                [key: string]: string[];
            };
            /**
             * Format: uuid
             * @description The message that it answers.
             */
            reply_to: string | null;
            /**
             * Format: int64
             * @description Its place in the log.
             */
            seq: number;
            /** @description The words. */
            text: string;
            /**
             * Format: uuid
             * @description Who wrote it; for a line, whom it is about.
             */
            user_id: string;
        };
        /** @description A stretch of a pod's log. */
        MessagePage: {
            /** @description Each message once, in its newest form. */
            messages: components["schemas"]["Message"][];
            /** @description Whether the stretch goes on beyond this page. */
            more: boolean;
            /**
             * Format: int64
             * @description Where it goes on: the `before` or `after` of the next page. Null when nothing was found.
             */
            next: number | null;
        };
        /** @description What a client sends. Fields that this release does not serve are refused, not dropped. */
        NewMessage: {
            /** @description Served by a later release: absent, null or empty. */
            attachments?: string[] | null;
            /**
             * Format: uuid
             * @description The client's own id, by which a retry is known.
             */
            id: string;
            /** @description The members that it names. */
            mentions?: string[] | null;
            /**
             * Format: uuid
             * @description The message of the same pod that it answers.
             */
            reply_to?: string | null;
            /** @description The words. */
            text: string;
        };
        /** @description An object without fields. */
        Nothing: Record<string, never>;
        /** @description A pod in which the person has taken a seat. */
        OwnPodJoined: {
            /** @description Its members, by seat; absent if they could not be read. */
            members?: components["schemas"]["Member"][] | null;
            pod?: components["schemas"]["Pod"] | null;
            /**
             * Format: uuid
             * @description The pod.
             */
            pod_id: string;
        };
        /** @description A person's own marks of one of their pods. */
        OwnPodMarked: components["schemas"]["Flags"] & {
            /**
             * Format: uuid
             * @description The pod.
             */
            pod_id: string;
        };
        /** @description A pod of which the person is no member any more. */
        OwnPodRemoved: {
            /**
             * Format: uuid
             * @description The pod.
             */
            pod_id: string;
            /** @description Why. */
            reason: components["schemas"]["RemovalReason"];
        };
        /** @description Up to where the person has read in one of their pods. */
        OwnRead: {
            /**
             * Format: uuid
             * @description The pod.
             */
            pod_id: string;
            /**
             * Format: int64
             * @description The `seq` up to which they have read.
             */
            seq: number;
            /**
             * Format: int32
             * @description Others' texts above that, up to 99.
             */
            unread: number;
        };
        /** @description A pod. */
        Pod: {
            /**
             * Format: date-time
             * @description When it was closed.
             */
            closed_at: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Who opened it.
             */
            created_by: string;
            /**
             * Format: uuid
             * @description The event inside which it is.
             */
            event_id: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description Who may join. */
            join_policy: components["schemas"]["JoinPolicy"];
            /** @description `crew`; other kinds come later. */
            kind: string;
            /** @description Its name. */
            name: string;
            /**
             * Format: int32
             * @description How many may be in it.
             */
            seats: number;
        };
        /** @description What is new in one of the person's pods. */
        PodActivity: {
            /**
             * Format: int64
             * @description The head of its log.
             */
            head: number;
            /** @description The newest entry that the person may see. */
            last_message: components["schemas"]["Message"];
            /**
             * Format: uuid
             * @description The pod.
             */
            pod_id: string;
            /**
             * Format: int32
             * @description Others' texts above what the person has read, up to 99.
             */
            unread: number;
        };
        /** @description A pod as an event's feed shows it. */
        PodCard: {
            /** @description The pod and its free seats. */
            pod: components["schemas"]["PodView"];
            /**
             * Format: int64
             * @description The number of this change in the event's feed.
             */
            seq: number;
        };
        /** @description A pod that was closed, as an event's feed shows it. */
        PodCardClosed: {
            /**
             * Format: uuid
             * @description The pod.
             */
            pod_id: string;
            /**
             * Format: int64
             * @description The number of this change in the event's feed.
             */
            seq: number;
        };
        /** @description From where a pod's log is to be read. */
        PodJoin: {
            /**
             * Format: int64
             * @description The client's position, to be answered what has changed since; absent for the newest messages.
             * @default null
             */
            after: number | null;
            /**
             * @description The `epoch` of the answer that the position is from.
             * @default null
             */
            epoch: string | null;
        };
        /** @description The answer to a join of a pod's topic. */
        PodJoined: {
            /** @description The database's line of history. */
            epoch: string;
            /**
             * Format: int64
             * @description The position of the log's newest change.
             */
            head: number;
            /** @description The limits that hold here. */
            limits: components["schemas"]["PodLimits"];
            /** @description Its members, by seat. */
            members: components["schemas"]["Member"][];
            /** @description What has changed since `after`, ascending by `changed_seq`; without `after` the newest messages, by `seq`. */
            messages: components["schemas"]["Message"][];
            /** @description Whether there is more: with `after` from `next` on, without it before `next`. */
            more: boolean;
            /**
             * Format: int64
             * @description Where it goes on, for `history`.
             */
            next: number | null;
            /** @description The pod. */
            pod: components["schemas"]["Pod"];
            /** @description Whether the log that the client knew is not the log that is: drop what you hold, and take this as a first join. Absent if not. */
            reset?: boolean;
            /**
             * Format: date-time
             * @description When it was read, by the database's clock.
             */
            server_time: string;
        };
        /** @description The limits that hold on a pod's topic. */
        PodLimits: {
            /** @description Bytes of a frame. */
            frame_bytes: number;
            /** @description The most messages in a page. */
            page: number;
            /** @description Characters of a text. */
            text_chars: number;
        };
        /** @description A pod with its members as they are now. */
        PodNow: {
            /** @description Its members, by seat. */
            members: components["schemas"]["Member"][];
            /** @description The pod. */
            pod: components["schemas"]["Pod"];
        };
        /** @description A pod as the members of its event see it. */
        PodView: components["schemas"]["Pod"] & {
            /**
             * Format: int32
             * @description How many seats nobody has taken.
             */
            free_seats: number;
        };
        /** @description Sessions that have come to the topic, and that have gone, by the ids of their people. */
        PresenceDiff: {
            /** @description Those that have come. */
            joins: {
                [key: string]: components["schemas"]["PresencePerson"];
            };
            /** @description Those that have gone. Take them out after the others are put in. */
            leaves: {
                [key: string]: components["schemas"]["PresencePerson"];
            };
        };
        /** @description A session that is on the topic. */
        PresenceMeta: {
            /** @description Tells the session from the others of the same person. */
            phx_ref: string;
        };
        /** @description A person who is on the topic, with each of their sessions. */
        PresencePerson: {
            /** @description The sessions. */
            metas: components["schemas"]["PresenceMeta"][];
        };
        /** @description Everybody who is on the topic, by their ids. */
        PresenceState: {
            [key: string]: components["schemas"]["PresencePerson"];
        };
        /** @description A reaction. */
        ReactionPush: {
            /**
             * @description One emoji.
             * @example 🔥
             */
            emoji: string;
            /**
             * Format: uuid
             * @description The message.
             */
            id: string;
            /** @description Whether it is to be there. */
            on: boolean;
            /**
             * Format: uuid
             * @description The change's own id, by which a retry is known.
             */
            op?: string | null;
        };
        /** @description Up to where the caller has read. */
        ReadPush: {
            /**
             * Format: int64
             * @description The `seq` of the last message that was seen.
             */
            seq: number;
        };
        /** @description Why something was refused: the `response` of a reply whose status is `error`. Some refusals have further fields. */
        Refusal: {
            /** @description What to act on. */
            code: components["schemas"]["Code"];
            /** @description Each value that is wrong, with `invalid`. */
            errors?: components["schemas"]["FieldError"][] | null;
            /**
             * Format: uuid
             * @description Under what the server's log has the cause, with `internal`.
             */
            incident?: string | null;
            /** @description The same for people. */
            reason: string;
            /**
             * Format: int64
             * @description When it is worth asking again, with `rate_limited`, `overloaded` and `unavailable`.
             */
            retry_after_ms?: number | null;
        };
        /**
         * @description Why a person is no member of a pod any more.
         * @enum {string}
         */
        RemovalReason: "left" | "removed" | "closed";
        /** @description What the sender of a message is answered. */
        Sent: {
            /**
             * Format: date-time
             * @description When it was stored.
             */
            at: string;
            /**
             * Format: uuid
             * @description The message's id.
             */
            id: string;
            /**
             * Format: int64
             * @description Its place in the log.
             */
            seq: number;
        };
        /** @description The answer to a newer token. */
        TokenTaken: {
            /**
             * Format: date-time
             * @description Until when it is good.
             */
            expires_at: string;
        };
        /** @description Whether the caller types. */
        TypingPush: {
            /** @description Whether they do. */
            on: boolean;
        };
        /** @description The answer to a join of one's own topic. */
        UserJoined: {
            /**
             * Format: date-time
             * @description Until when the socket's token is good.
             */
            expires_at: string;
            /**
             * Format: date-time
             * @description When it was read, by the database's clock.
             */
            server_time: string;
            /**
             * Format: uuid
             * @description Whose topic it is.
             */
            user_id: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AccessTokenPush = components['schemas']['AccessTokenPush'];
export type Amended = components['schemas']['Amended'];
export type Code = components['schemas']['Code'];
export type CountIs = components['schemas']['CountIs'];
export type DeletePush = components['schemas']['DeletePush'];
export type EditPush = components['schemas']['EditPush'];
export type Event = components['schemas']['Event'];
export type EventJoined = components['schemas']['EventJoined'];
export type EventLimits = components['schemas']['EventLimits'];
export type EventMembers = components['schemas']['EventMembers'];
export type EventPods = components['schemas']['EventPods'];
export type FieldError = components['schemas']['FieldError'];
export type Flags = components['schemas']['Flags'];
export type HistoryPush = components['schemas']['HistoryPush'];
export type JoinPolicy = components['schemas']['JoinPolicy'];
export type Kind = components['schemas']['Kind'];
export type Member = components['schemas']['Member'];
export type MemberRead = components['schemas']['MemberRead'];
export type MemberTyping = components['schemas']['MemberTyping'];
export type Message = components['schemas']['Message'];
export type MessagePage = components['schemas']['MessagePage'];
export type NewMessage = components['schemas']['NewMessage'];
export type Nothing = components['schemas']['Nothing'];
export type OwnPodJoined = components['schemas']['OwnPodJoined'];
export type OwnPodMarked = components['schemas']['OwnPodMarked'];
export type OwnPodRemoved = components['schemas']['OwnPodRemoved'];
export type OwnRead = components['schemas']['OwnRead'];
export type Pod = components['schemas']['Pod'];
export type PodActivity = components['schemas']['PodActivity'];
export type PodCard = components['schemas']['PodCard'];
export type PodCardClosed = components['schemas']['PodCardClosed'];
export type PodJoin = components['schemas']['PodJoin'];
export type PodJoined = components['schemas']['PodJoined'];
export type PodLimits = components['schemas']['PodLimits'];
export type PodNow = components['schemas']['PodNow'];
export type PodView = components['schemas']['PodView'];
export type PresenceDiff = components['schemas']['PresenceDiff'];
export type PresenceMeta = components['schemas']['PresenceMeta'];
export type PresencePerson = components['schemas']['PresencePerson'];
export type PresenceState = components['schemas']['PresenceState'];
export type ReactionPush = components['schemas']['ReactionPush'];
export type ReadPush = components['schemas']['ReadPush'];
export type Refusal = components['schemas']['Refusal'];
export type RemovalReason = components['schemas']['RemovalReason'];
export type Sent = components['schemas']['Sent'];
export type TokenTaken = components['schemas']['TokenTaken'];
export type TypingPush = components['schemas']['TypingPush'];
export type UserJoined = components['schemas']['UserJoined'];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;

/** What goes over sockets, by the kind of topic. */
export interface Topics {
  /** `event:{id}` */
  event: {
    /** What clients push, `phx_join` included, and what is answered. */
    pushes: {
      /** Joins the topic. */
      "phx_join": { payload: Nothing; reply: EventJoined & EventMembers & EventPods };
      /** Leaves the topic: it is answered, and `phx_close` follows. */
      "phx_leave": { payload: Nothing; reply: Nothing };
    };
    /** What the server sends by itself. */
    events: {
      /** Somebody has joined the event, or left it: how many members there are now. */
      "members:count": CountIs;
      /** The join is over: the client has left, has joined again, or is no member any more. */
      "phx_close": Nothing;
      /** The join is over, since the database has failed over to another line of history: join again, on this socket, as clients do by themselves. */
      "phx_error": Nothing;
      /** A pod's name, who may join it, or its free seats have changed. */
      "pod:changed": PodCard;
      /** A pod was closed. */
      "pod:closed": PodCardClosed;
      /** A pod was opened. */
      "pod:opened": PodCard;
      /** How many people have this topic open, on all nodes. */
      "presence:count": CountIs;
    };
  };
  /** `phoenix` */
  phoenix: {
    /** What clients push, `phx_join` included, and what is answered. */
    pushes: {
      /** Says that the client is there. */
      "heartbeat": { payload: Nothing; reply: Nothing };
    };
    /** What the server sends by itself. */
    events: {
      /** A frame could not be read, so that there is no push that could be answered. */
      "error": Refusal;
    };
  };
  /** `pod:{id}` */
  pod: {
    /** What clients push, `phx_join` included, and what is answered. */
    pushes: {
      /** Reads a stretch of the log. */
      "history": { payload: HistoryPush; reply: MessagePage };
      /** Deletes a message of one's own: words, mentions and reactions are gone for good, and the message keeps its place. */
      "message:delete": { payload: DeletePush; reply: Amended };
      /** Changes the words of a message of one's own, or whom it names. */
      "message:edit": { payload: EditPush; reply: Amended };
      /** Says something. */
      "message:new": { payload: NewMessage; reply: Sent };
      /** Joins the topic. */
      "phx_join": { payload: PodJoin; reply: PodJoined };
      /** Leaves the topic: it is answered, and `phx_close` follows. */
      "phx_leave": { payload: Nothing; reply: Nothing };
      /** Reacts to a message with one emoji, or takes that back. */
      "reaction:set": { payload: ReactionPush; reply: Amended };
      /** Moves the caller's read mark. */
      "read": { payload: ReadPush; reply: Nothing };
      /** Says that the caller types, or has stopped. */
      "typing": { payload: TypingPush; reply: Nothing };
    };
    /** What the server sends by itself. */
    events: {
      /** A message has changed: its words, its reactions, or it was deleted. */
      "message:changed": Message;
      /** A message, or a line of the log, is new. */
      "message:new": Message;
      /** The join is over: the client has left, has joined again, or is no member any more. */
      "phx_close": Nothing;
      /** The join is over, since the database has failed over to another line of history: join again, on this socket, as clients do by themselves. */
      "phx_error": Nothing;
      /** The pod's name, its policy or its members have changed. */
      "pod:changed": PodNow;
      /** Who has come to the topic and who has gone since, in the form of Phoenix's presence. */
      "presence_diff": PresenceDiff;
      /** Who is on the topic. */
      "presence_state": PresenceState;
      /** A member has read further: take the higher of this and what you hold. */
      "read": MemberRead;
      /** A member types, or has stopped. */
      "typing": MemberTyping;
    };
  };
  /** `user:{id}` */
  user: {
    /** What clients push, `phx_join` included, and what is answered. */
    pushes: {
      /** Gives the socket a newer token of the same person, with which it lives on. */
      "access_token": { payload: AccessTokenPush; reply: TokenTaken };
      /** Joins the topic. */
      "phx_join": { payload: Nothing; reply: UserJoined };
      /** Leaves the topic: it is answered, and `phx_close` follows. */
      "phx_leave": { payload: Nothing; reply: Nothing };
    };
    /** What the server sends by itself. */
    events: {
      /** The join is over: the client has left, has joined again, or is no member any more. */
      "phx_close": Nothing;
      /** The join is over, since the database has failed over to another line of history: join again, on this socket, as clients do by themselves. */
      "phx_error": Nothing;
      /** Something happened in one of your pods. */
      "pod:activity": PodActivity;
      /** You have taken a seat in a pod, on whichever device. */
      "pod:joined": OwnPodJoined;
      /** You have pinned one of your pods, or marked it as unread, on whichever device (`PATCH /v1/me/pods/{id}`). */
      "pod:marked": OwnPodMarked;
      /** You are no member of a pod any more. */
      "pod:removed": OwnPodRemoved;
      /** You have read further, on whichever device. */
      "read": OwnRead;
    };
  };
}
