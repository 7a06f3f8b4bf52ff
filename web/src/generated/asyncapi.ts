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
        /** @description The reply to a change of a message. */
        Amended: {
            /**
             * Format: uuid
             * @description The message's id.
             */
            id: string;
            /**
             * Format: int64
             * @description The new `changed_seq`. If nothing changed, the one that the message has.
             */
            seq: number;
        };
        /** @description A person as the author of something that others read. */
        Author: {
            /** @description The address of the picture. */
            avatar_url: string | null;
            /** @description The person's name; empty for a moderator who shares no event with them. */
            display_name: string;
            /**
             * Format: uuid
             * @description The profile's id.
             */
            id: string;
        };
        /**
         * @description The machine-readable reason of a refusal. Clients depend on these names.
         * @enum {string}
         */
        Code: "malformed" | "unauthorized" | "forbidden" | "unconfirmed" | "not_member" | "not_found" | "method_not_allowed" | "unmatched_topic" | "unknown_event" | "conflict" | "pod_full" | "poll_closed" | "precondition_failed" | "precondition_required" | "too_large" | "unsupported_type" | "invalid" | "rate_limited" | "overloaded" | "unavailable" | "internal";
        /** @description A count. */
        CountIs: {
            /**
             * Format: int64
             * @description The count.
             */
            count: number;
        };
        /** @description A deletion of a message. */
        DeletePush: {
            /**
             * Format: uuid
             * @description The message.
             */
            id: string;
            /**
             * Format: uuid
             * @description The id of the change, by which a retry is recognized.
             */
            op?: string | null;
        };
        /** @description An edit of a message. */
        EditPush: {
            /**
             * Format: uuid
             * @description The message.
             */
            id: string;
            /** @description The members that it mentions from now on; unchanged if absent. */
            mentions?: string[] | null;
            /**
             * Format: uuid
             * @description The id of the change, by which a retry is recognized.
             */
            op?: string | null;
            /** @description The new text. */
            text: string;
        };
        /** @description An event. */
        Event: {
            /** @description The artist who plays. */
            artist: string;
            /**
             * Format: date-time
             * @description When it was cancelled; null if it is not.
             */
            cancelled_at: string | null;
            /** @description The city. */
            city: string;
            /**
             * Format: uuid
             * @description The person who made it.
             */
            created_by: string;
            /**
             * Format: date-time
             * @description When it starts.
             */
            date_utc: string;
            /**
             * Format: date-time
             * @description When it ends; null if not known, then the event lasts 12 hours.
             */
            ends_at: string | null;
            /**
             * Format: uuid
             * @description The event's id.
             */
            id: string;
            /** @description Whether everybody may read the event's meet point, and not its members alone. */
            meet_point_public: boolean;
            /** @description Its name in URLs, which `GET /v1/events/{id}` takes in place of the id. */
            slug: string;
            /** @description The IANA name of its time zone, in which its times and its day are shown; UTC if null. */
            time_zone: string | null;
            /** @description The venue. */
            venue: string;
        };
        /** @description The event as it is now. */
        EventChanged: {
            /** @description The event. */
            event: components["schemas"]["Event"];
            /**
             * Format: int64
             * @description The number of the change in the event's feed.
             */
            seq: number;
        };
        /** @description The reply to a join of an event's topic: the whole state, with the fields that other features add. */
        EventJoined: {
            /** @description The database's epoch. */
            epoch: string;
            /** @description The event, as `GET /v1/events` lists it. */
            event: components["schemas"]["Event"];
            /**
             * Format: int64
             * @description The number of the feed's last change. `seq` of the events ascends from `head` + 1.
             */
            head: number;
            /** @description The limits that hold here. */
            limits: components["schemas"]["EventLimits"];
            /**
             * Format: int64
             * @description The number of people who have the topic open, including the one who joins.
             */
            present: number;
            /** @description The caller's role: `host` if the event's maker has named them. The maker is the event's `created_by`. */
            role: components["schemas"]["Role"];
            /**
             * Format: date-time
             * @description The time of the reading, by the database's clock.
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
        /** @description The event's meet point, in a join reply. */
        EventMeetPoint: {
            meet_point: components["schemas"]["MeetPoint"] | null;
        };
        /** @description The members of an event, in a join reply. */
        EventMembers: {
            /**
             * Format: int64
             * @description The number of members at the last count, including those that hide in the list.
             */
            members: number;
        };
        /** @description The pods of an event, in a join reply. */
        EventPods: {
            /** @description The cursor of the next page of `GET /v1/events/{id}/pods?order=newest`; null if there is none. */
            next: string | null;
            /** @description The newest pods that are not closed, as in `GET /v1/events/{id}/pods`, without their members. */
            pods: components["schemas"]["PodView"][];
        };
        /** @description The posts of an event, in a join reply. */
        EventPosts: {
            /** @description The newest 20, the newest first. */
            posts: components["schemas"]["PostView"][];
            /** @description The `cursor` of the next page of `GET /v1/events/{id}/posts`; null if there is none. */
            posts_next: string | null;
        };
        /** @description A value that is not valid. */
        FieldError: {
            /** @description The condition that the value must meet. */
            detail: string;
            /** @description A JSON pointer (RFC 6901) into the body, or `?name` for a query parameter. */
            pointer: string;
        };
        /** @description The caller's flags of a pod. */
        Flags: {
            /** @description Whether the caller marked the pod as unread and has read nothing new since. */
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
             * @description The newest messages with a lower `seq`.
             * @example 120
             */
            before?: number | null;
            /**
             * Format: int64
             * @description The most messages; 50 if absent.
             */
            limit?: number | null;
        };
        /** @description The taps on a post of the kind `hype`. */
        HypeIs: {
            /**
             * Format: uuid
             * @description The post's id.
             */
            post_id: string;
            /**
             * Format: int64
             * @description All accepted taps. The number only grows.
             */
            total: number;
        };
        /**
         * @description The people who may take a free seat.
         * @enum {string}
         */
        JoinPolicy: "open" | "invite";
        /**
         * @description The kind of a message.
         * @enum {string}
         */
        Kind: "text" | "joined" | "left" | "removed" | "renamed" | "owner_changed" | "closed";
        /** @description An event's meet point. */
        MeetPoint: {
            /**
             * Format: uuid
             * @description The person who set it first.
             */
            created_by: string;
            /** @description The way to find it, which may have several lines. */
            description: string | null;
            /**
             * Format: uuid
             * @description The event.
             */
            event_id: string;
            /**
             * Format: uuid
             * @description Its version, another one after each change. In quotation marks it is the `ETag`, which `If-Match` takes.
             */
            revision: string;
            /** @description The title: one line. */
            title: string;
            /**
             * Format: date-time
             * @description When it was set or last changed.
             */
            updated_at: string;
            /**
             * @description The time on the clocks there, in the event's `time_zone`, such as `2026-11-28T19:30:00`. It has no zone of its own:
             *     show it as it is.
             */
            when_local: string | null;
            /** @description A line about the time, such as "after the support act". */
            when_note: string | null;
        };
        /** @description The event's meet point as it is now. */
        MeetPointChanged: {
            meet_point: components["schemas"]["MeetPoint"] | null;
            /**
             * Format: int64
             * @description The number of the change in the event's feed.
             */
            seq: number;
        };
        /** @description A member of a pod. */
        Member: {
            /** @description The address of the person's picture. */
            avatar_url: string | null;
            /** @description The person's name. */
            display_name: string;
            /**
             * Format: date-time
             * @description Time at which the person took the seat.
             */
            joined_at: string;
            /**
             * Format: int64
             * @description The position up to which the person has read.
             */
            read_seq: number;
            /** @description `owner` or `member`. */
            role: string;
            /**
             * Format: int32
             * @description The seat's number, from 1.
             */
            seat: number;
            /**
             * Format: uuid
             * @description The profile's id.
             */
            user_id: string;
        };
        /** @description A read mark of a member. */
        MemberRead: {
            /**
             * Format: int64
             * @description The `seq` up to which the member has read.
             */
            seq: number;
            /**
             * Format: uuid
             * @description The member.
             */
            user_id: string;
        };
        /** @description The typing of a member. */
        MemberTyping: {
            /** @description Whether typing goes on. */
            on: boolean;
            /**
             * Format: uuid
             * @description The member.
             */
            user_id: string;
        };
        /** @description A message, as clients receive it. */
        Message: {
            /**
             * Format: date-time
             * @description Time at which it was stored.
             */
            at: string;
            /** @description The attached media. */
            attachments: string[];
            /**
             * Format: int64
             * @description The position of its newest change.
             */
            changed_seq: number;
            /**
             * Format: date-time
             * @description Time of its deletion.
             */
            deleted_at: string | null;
            /**
             * Format: date-time
             * @description Time of the last change of the text. A change of mentions alone does not count.
             */
            edited_at: string | null;
            /**
             * Format: uuid
             * @description The id that the sender chose.
             */
            id: string;
            /** @description The kind. */
            kind: components["schemas"]["Kind"];
            /** @description The mentioned members. */
            mentions: string[];
            /** @description The people who reacted, by emoji. */
            reactions: {
                [key: string]: string[];
            };
            /**
             * Format: uuid
             * @description The message to which it replies.
             */
            reply_to: string | null;
            /**
             * Format: int64
             * @description The message's position in the log.
             */
            seq: number;
            /** @description The text. */
            text: string;
            /**
             * Format: uuid
             * @description The author; for a line of the log, the person that it is about.
             */
            user_id: string;
        };
        /** @description A page of a pod's log. */
        MessagePage: {
            /** @description Each message once, in its newest form. */
            messages: components["schemas"]["Message"][];
            /** @description Whether there are further messages beyond this page. */
            more: boolean;
            /**
             * Format: int64
             * @description The `before` or `after` of the next page. Null if the page is empty.
             */
            next: number | null;
        };
        /** @description The reader's own part in a post. */
        MineOfPost: {
            /**
             * Format: int64
             * @description The reader's taps on a post of the kind `hype`; null for other kinds.
             */
            hype: number | null;
            /** @description The reader's reactions. */
            reactions: string[];
            /** @description The positions of the options that the reader voted for, from 0; null without a vote, and for other kinds. */
            vote: number[] | null;
        };
        /** @description A message from a client. Fields that this release does not support are refused, not ignored. */
        NewMessage: {
            /** @description Reserved: absent, null or empty. */
            attachments?: string[] | null;
            /**
             * Format: uuid
             * @description The client's own id, by which a repeat is recognized.
             */
            id: string;
            /** @description The mentioned members. */
            mentions?: string[] | null;
            /**
             * Format: uuid
             * @description The message of the same pod to which it replies.
             */
            reply_to?: string | null;
            /** @description The text. */
            text: string;
        };
        /** @description An object without fields. */
        Nothing: Record<string, never>;
        /** @description The person's role in an event. */
        OwnEventRole: {
            /**
             * Format: uuid
             * @description The event.
             */
            event_id: string;
            /** @description The role. */
            role: components["schemas"]["Role"];
        };
        /** @description A pod that the person has joined. */
        OwnPodJoined: {
            /** @description The members, by seat; absent if they could not be read. */
            members?: components["schemas"]["Member"][] | null;
            pod?: components["schemas"]["Pod"] | null;
            /**
             * Format: uuid
             * @description The pod.
             */
            pod_id: string;
        };
        /** @description The person's own marks of a pod. */
        OwnPodMarked: components["schemas"]["Flags"] & {
            /**
             * Format: uuid
             * @description The pod.
             */
            pod_id: string;
        };
        /** @description A pod of which the person is no longer a member. */
        OwnPodRemoved: {
            /**
             * Format: uuid
             * @description The pod.
             */
            pod_id: string;
            /** @description The reason. */
            reason: components["schemas"]["RemovalReason"];
        };
        /** @description The person's own read mark in a pod. */
        OwnRead: {
            /**
             * Format: uuid
             * @description The pod.
             */
            pod_id: string;
            /**
             * Format: int64
             * @description The `seq` up to which the person has read.
             */
            seq: number;
            /**
             * Format: int32
             * @description The number of other members' texts above it, up to 99.
             */
            unread: number;
        };
        /** @description A pod. */
        Pod: {
            /**
             * Format: date-time
             * @description Time of its closing.
             */
            closed_at: string | null;
            /**
             * Format: date-time
             * @description Time of its opening.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description The person who opened it.
             */
            created_by: string;
            /**
             * Format: uuid
             * @description The event to which it belongs.
             */
            event_id: string;
            /**
             * Format: uuid
             * @description The pod's id.
             */
            id: string;
            /** @description The people who may take a free seat. */
            join_policy: components["schemas"]["JoinPolicy"];
            /** @description `crew`; other kinds come later. */
            kind: string;
            /** @description The name. */
            name: string;
            /**
             * Format: int32
             * @description Number of seats.
             */
            seats: number;
        };
        /** @description The newest state of one of the person's pods. */
        PodActivity: {
            /**
             * Format: int64
             * @description The head of its log.
             */
            head: number;
            /** @description The newest entry that the person can see. */
            last_message: components["schemas"]["Message"];
            /**
             * Format: uuid
             * @description The pod.
             */
            pod_id: string;
            /**
             * Format: int32
             * @description The number of other members' texts above the read mark, up to 99.
             */
            unread: number;
        };
        /** @description A pod on an event's feed. */
        PodCard: {
            /** @description The pod and its free seats. */
            pod: components["schemas"]["PodView"];
            /**
             * Format: int64
             * @description The number of this change in the event's feed.
             */
            seq: number;
        };
        /** @description A closed pod on an event's feed. */
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
        /** @description The payload of a join of a pod's topic. */
        PodJoin: {
            /**
             * Format: int64
             * @description The client's position: the reply has what has changed since. Absent for the newest messages.
             * @default null
             */
            after: number | null;
            /**
             * @description The `epoch` of the join reply that the position is from.
             * @default null
             */
            epoch: string | null;
        };
        /** @description The reply to a join of a pod's topic. */
        PodJoined: {
            /** @description The database's epoch. */
            epoch: string;
            /**
             * Format: int64
             * @description The position of the log's newest change.
             */
            head: number;
            /** @description The limits that hold here. */
            limits: components["schemas"]["PodLimits"];
            /** @description The members, by seat. */
            members: components["schemas"]["Member"][];
            /** @description Messages that have changed since `after`, ascending by `changed_seq`; without `after` the newest, by `seq`. */
            messages: components["schemas"]["Message"][];
            /** @description Whether there is more: after `next` if the join had `after`, before `next` if not. */
            more: boolean;
            /**
             * Format: int64
             * @description The `after` or `before` of the next `history`.
             */
            next: number | null;
            /** @description The pod. */
            pod: components["schemas"]["Pod"];
            /**
             * @description `true` if the log is not the one that the client knew: drop what you hold, and treat this as a first join. Absent
             *     otherwise.
             */
            reset?: boolean;
            /**
             * Format: date-time
             * @description The time of the reading, by the database's clock.
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
        /** @description A pod and its members. */
        PodNow: {
            /** @description The members, by seat. */
            members: components["schemas"]["Member"][];
            /** @description The pod. */
            pod: components["schemas"]["Pod"];
        };
        /** @description A pod as the members of its event see it. */
        PodView: components["schemas"]["Pod"] & {
            /**
             * Format: int32
             * @description Number of free seats.
             */
            free_seats: number;
        };
        /** @description The content of a poll. */
        PollBody: {
            /**
             * Format: date-time
             * @description When it closes by itself; null if it does not.
             */
            closes_at: string | null;
            /** @description The number of options that a voter may choose. */
            mode: components["schemas"]["PollMode"];
            /** @description The options, in their order. */
            options: string[];
            /** @description The question. */
            question: string;
            /** @description The time from which the votes for each option can be seen. */
            results: components["schemas"]["PollResults"];
        };
        /** @description A poll that was closed, with its final tally. */
        PollClosed: {
            /**
             * Format: date-time
             * @description When it was closed.
             */
            closed_at: string;
            /** @description The votes for each option, in the poll's order. */
            counts: number[];
            /** @description The closed poll, as everybody sees it. */
            post: components["schemas"]["Post"];
            /**
             * Format: uuid
             * @description The poll's id.
             */
            post_id: string;
            /**
             * Format: int64
             * @description The revision of the final tally.
             */
            rev: number;
            /**
             * Format: int64
             * @description The number of the closing in the event's feed.
             */
            seq: number;
            /**
             * Format: int64
             * @description The number of people who voted.
             */
            voters: number;
        };
        /**
         * @description The number of options that a voter may choose.
         * @enum {string}
         */
        PollMode: "single" | "multiple";
        /**
         * @description The time from which the votes for each option can be seen.
         * @enum {string}
         */
        PollResults: "always" | "after_vote" | "closed";
        /** @description The votes of a poll. */
        PollTally: {
            /** @description The votes for each option, in the poll's order; null if the reader may not see them yet. */
            counts: number[] | null;
            /**
             * Format: int64
             * @description The revision: it ascends with every change of a ballot, and equal ones have equal numbers.
             */
            rev: number;
            /**
             * Format: int64
             * @description The number of people who have voted.
             */
            voters: number;
        };
        /** @description The votes of an open poll, as everybody sees them. */
        PollTallyIs: components["schemas"]["PollTally"] & {
            /**
             * Format: uuid
             * @description The poll's id.
             */
            post_id: string;
        };
        /** @description A post, as everybody in the event sees it. */
        Post: {
            /** @description The author. */
            author: components["schemas"]["Author"];
            /** @description The content. */
            body: components["schemas"]["PostBody"];
            /**
             * Format: date-time
             * @description When a poll was closed; null while it is open, and for other kinds.
             */
            closed_at: string | null;
            /**
             * Format: int64
             * @description The number of its comments.
             */
            comments: number;
            /**
             * Format: date-time
             * @description When it was posted.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When its author last changed it; null if never.
             */
            edited_at: string | null;
            /**
             * Format: uuid
             * @description The event.
             */
            event_id: string;
            /**
             * Format: int64
             * @description All taps on a post of the kind `hype`; null for other kinds.
             */
            hype: number | null;
            /**
             * Format: uuid
             * @description The post's id.
             */
            id: string;
            /** @description The kind, which decides the form of `body`. */
            kind: components["schemas"]["PostKind"];
            /** @description The number of people who reacted, by emoji. */
            reactions: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description The number of its last change in the event's feed.
             */
            seq: number;
            tally: components["schemas"]["PollTally"] | null;
        };
        /** @description The content of a post, in the form of its kind. */
        PostBody: components["schemas"]["TextBody"] | components["schemas"]["PollBody"];
        /** @description The current counts of a post's remarks. */
        PostCounts: {
            /**
             * Format: int64
             * @description The number of comments.
             */
            comments: number;
            /**
             * Format: uuid
             * @description The post.
             */
            post_id: string;
            /** @description The number of people who reacted with each emoji. */
            reactions: {
                [key: string]: number;
            };
        };
        /** @description A post that is new or has changed. */
        PostIs: {
            /** @description The post, as everybody sees it. */
            post: components["schemas"]["Post"];
            /**
             * Format: int64
             * @description The number of the change in the event's feed.
             */
            seq: number;
        };
        /**
         * @description The kind of a post.
         * @enum {string}
         */
        PostKind: "text" | "poll" | "hype";
        /** @description A post that was deleted. */
        PostRemoved: {
            /**
             * Format: uuid
             * @description Its id.
             */
            post_id: string;
            /**
             * Format: int64
             * @description The number of the deletion in the event's feed.
             */
            seq: number;
        };
        /** @description A post, with what the reader has done with it. */
        PostView: components["schemas"]["Post"] & {
            /** @description The reader's own part in it. */
            mine: components["schemas"]["MineOfPost"];
        };
        /** @description Sessions that have come to the topic, and sessions that have gone, by the ids of their people. */
        PresenceDiff: {
            /** @description The sessions that have come. */
            joins: {
                [key: string]: components["schemas"]["PresencePerson"];
            };
            /** @description The sessions that have gone. */
            leaves: {
                [key: string]: components["schemas"]["PresencePerson"];
            };
        };
        /** @description A session of a person on the topic. */
        PresenceMeta: {
            /** @description A unique reference of the meta. */
            phx_ref: string;
        };
        /** @description A person on the topic. */
        PresencePerson: {
            /** @description The person's sessions, at most three a node. */
            metas: components["schemas"]["PresenceMeta"][];
        };
        /** @description The people on the topic, by id. */
        PresenceState: {
            [key: string]: components["schemas"]["PresencePerson"];
        };
        /** @description A reaction. */
        ReactionPush: {
            /**
             * @description An emoji.
             * @example 🔥
             */
            emoji: string;
            /**
             * Format: uuid
             * @description The message.
             */
            id: string;
            /** @description Whether to add the reaction, or to remove it. */
            on: boolean;
            /**
             * Format: uuid
             * @description The id of the change, by which a retry is recognized.
             */
            op?: string | null;
        };
        /** @description A read mark of the caller. */
        ReadPush: {
            /**
             * Format: int64
             * @description The `seq` of the last message that was read.
             */
            seq: number;
        };
        /** @description A refusal: the `response` of a reply whose status is `error`. Some refusals have further fields. */
        Refusal: {
            /** @description The code to act on. */
            code: components["schemas"]["Code"];
            /** @description The values that are wrong, with `invalid`. */
            errors?: components["schemas"]["FieldError"][] | null;
            /**
             * Format: uuid
             * @description The id under which the server's log has the cause, with `internal`.
             */
            incident?: string | null;
            /** @description The reason, for people. */
            reason: string;
            /**
             * Format: int64
             * @description Milliseconds to wait before asking again, with `rate_limited`, `overloaded` and `unavailable`.
             */
            retry_after_ms?: number | null;
        };
        /**
         * @description The reason why a person is no longer a member of a pod.
         * @enum {string}
         */
        RemovalReason: "left" | "removed" | "closed";
        /**
         * @description The role of a member.
         * @enum {string}
         */
        Role: "member" | "host";
        /** @description The reply to the sender of a message. */
        Sent: {
            /**
             * Format: date-time
             * @description Time at which it was stored.
             */
            at: string;
            /**
             * Format: uuid
             * @description The message's id.
             */
            id: string;
            /**
             * Format: int64
             * @description The message's position in the log.
             */
            seq: number;
        };
        /** @description The content of a text or hype. */
        TextBody: {
            /** @description The text. */
            text: string;
        };
        /** @description The reply to a newer token. */
        TokenTaken: {
            /**
             * Format: date-time
             * @description The time when the token expires.
             */
            expires_at: string;
        };
        /** @description The typing of the caller. */
        TypingPush: {
            /** @description Whether typing goes on. */
            on: boolean;
        };
        /** @description The reply to a join of the caller's own topic. */
        UserJoined: {
            /**
             * Format: date-time
             * @description The time when the socket's token expires.
             */
            expires_at: string;
            /**
             * Format: date-time
             * @description The time of the reading, by the database's clock.
             */
            server_time: string;
            /**
             * Format: uuid
             * @description The caller.
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
export type Author = components['schemas']['Author'];
export type Code = components['schemas']['Code'];
export type CountIs = components['schemas']['CountIs'];
export type DeletePush = components['schemas']['DeletePush'];
export type EditPush = components['schemas']['EditPush'];
export type Event = components['schemas']['Event'];
export type EventChanged = components['schemas']['EventChanged'];
export type EventJoined = components['schemas']['EventJoined'];
export type EventLimits = components['schemas']['EventLimits'];
export type EventMeetPoint = components['schemas']['EventMeetPoint'];
export type EventMembers = components['schemas']['EventMembers'];
export type EventPods = components['schemas']['EventPods'];
export type EventPosts = components['schemas']['EventPosts'];
export type FieldError = components['schemas']['FieldError'];
export type Flags = components['schemas']['Flags'];
export type HistoryPush = components['schemas']['HistoryPush'];
export type HypeIs = components['schemas']['HypeIs'];
export type JoinPolicy = components['schemas']['JoinPolicy'];
export type Kind = components['schemas']['Kind'];
export type MeetPoint = components['schemas']['MeetPoint'];
export type MeetPointChanged = components['schemas']['MeetPointChanged'];
export type Member = components['schemas']['Member'];
export type MemberRead = components['schemas']['MemberRead'];
export type MemberTyping = components['schemas']['MemberTyping'];
export type Message = components['schemas']['Message'];
export type MessagePage = components['schemas']['MessagePage'];
export type MineOfPost = components['schemas']['MineOfPost'];
export type NewMessage = components['schemas']['NewMessage'];
export type Nothing = components['schemas']['Nothing'];
export type OwnEventRole = components['schemas']['OwnEventRole'];
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
export type PollBody = components['schemas']['PollBody'];
export type PollClosed = components['schemas']['PollClosed'];
export type PollMode = components['schemas']['PollMode'];
export type PollResults = components['schemas']['PollResults'];
export type PollTally = components['schemas']['PollTally'];
export type PollTallyIs = components['schemas']['PollTallyIs'];
export type Post = components['schemas']['Post'];
export type PostBody = components['schemas']['PostBody'];
export type PostCounts = components['schemas']['PostCounts'];
export type PostIs = components['schemas']['PostIs'];
export type PostKind = components['schemas']['PostKind'];
export type PostRemoved = components['schemas']['PostRemoved'];
export type PostView = components['schemas']['PostView'];
export type PresenceDiff = components['schemas']['PresenceDiff'];
export type PresenceMeta = components['schemas']['PresenceMeta'];
export type PresencePerson = components['schemas']['PresencePerson'];
export type PresenceState = components['schemas']['PresenceState'];
export type ReactionPush = components['schemas']['ReactionPush'];
export type ReadPush = components['schemas']['ReadPush'];
export type Refusal = components['schemas']['Refusal'];
export type RemovalReason = components['schemas']['RemovalReason'];
export type Role = components['schemas']['Role'];
export type Sent = components['schemas']['Sent'];
export type TextBody = components['schemas']['TextBody'];
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
      "phx_join": { payload: Nothing; reply: EventJoined & EventMembers & EventPosts & EventMeetPoint & EventPods };
      /** Leaves the topic. */
      "phx_leave": { payload: Nothing; reply: Nothing };
    };
    /** What the server sends by itself. */
    events: {
      /** The event was changed, cancelled, or is on again. */
      "event:changed": EventChanged;
      /** The taps on a post have grown. */
      "hype": HypeIs;
      /** The event's meet point was set, changed or removed. */
      "meet_point:changed": MeetPointChanged;
      /** The number of members has changed. */
      "members:count": CountIs;
      /** The join has ended: the client has left, has joined again, or is no longer a member. */
      "phx_close": Nothing;
      /** The join has ended because the database has failed over to another epoch. */
      "phx_error": Nothing;
      /** The name, the join policy or the free seats of a pod have changed. */
      "pod:changed": PodCard;
      /** A pod was closed. */
      "pod:closed": PodCardClosed;
      /** A pod was opened. */
      "pod:opened": PodCard;
      /** A poll was closed. */
      "poll:closed": PollClosed;
      /** The votes of a poll have changed. */
      "poll:tally": PollTallyIs;
      /** The author has changed a post. */
      "post:changed": PostIs;
      /** Comments or reactions of a post have changed. */
      "post:counts": PostCounts;
      /** A member has posted something. */
      "post:new": PostIs;
      /** A post was deleted. */
      "post:removed": PostRemoved;
      /** The number of people who have this topic open, on all nodes. */
      "presence:count": CountIs;
    };
  };
  /** `phoenix` */
  phoenix: {
    /** What clients push, `phx_join` included, and what is answered. */
    pushes: {
      /** Keeps the socket open. */
      "heartbeat": { payload: Nothing; reply: Nothing };
    };
    /** What the server sends by itself. */
    events: {
      /** A frame could not be read, so no push can be answered. */
      "error": Refusal;
    };
  };
  /** `pod:{id}` */
  pod: {
    /** What clients push, `phx_join` included, and what is answered. */
    pushes: {
      /** Reads a stretch of the log. */
      "history": { payload: HistoryPush; reply: MessagePage };
      /** Deletes the caller's own message. */
      "message:delete": { payload: DeletePush; reply: Amended };
      /** Changes the text or the mentions of the caller's own message. */
      "message:edit": { payload: EditPush; reply: Amended };
      /** Sends a message. */
      "message:new": { payload: NewMessage; reply: Sent };
      /** Joins the topic. */
      "phx_join": { payload: PodJoin; reply: PodJoined };
      /** Leaves the topic. */
      "phx_leave": { payload: Nothing; reply: Nothing };
      /** Adds a reaction to a message, or removes it. */
      "reaction:set": { payload: ReactionPush; reply: Amended };
      /** Moves the caller's read mark, never back, and never above the head. */
      "read": { payload: ReadPush; reply: Nothing };
      /** Sets whether the caller types. */
      "typing": { payload: TypingPush; reply: Nothing };
    };
    /** What the server sends by itself. */
    events: {
      /** A message has changed: its text, mentions or reactions, or it was deleted. */
      "message:changed": Message;
      /** A message or a line of the log is new. */
      "message:new": Message;
      /** The join has ended: the client has left, has joined again, or is no longer a member. */
      "phx_close": Nothing;
      /** The join has ended because the database has failed over to another epoch. */
      "phx_error": Nothing;
      /** The pod or its members have changed. */
      "pod:changed": PodNow;
      /** The sessions that have come to the topic and gone from it, in the form of Phoenix's presence. */
      "presence_diff": PresenceDiff;
      /** The people on the topic, in the form of Phoenix's presence. */
      "presence_state": PresenceState;
      /** The read mark of a member has moved. */
      "read": MemberRead;
      /** A member types, or has stopped. */
      "typing": MemberTyping;
    };
  };
  /** `user:{id}` */
  user: {
    /** What clients push, `phx_join` included, and what is answered. */
    pushes: {
      /** Replaces the socket's token by a newer one of the same person. */
      "access_token": { payload: AccessTokenPush; reply: TokenTaken };
      /** Joins the topic. */
      "phx_join": { payload: Nothing; reply: UserJoined };
      /** Leaves the topic. */
      "phx_leave": { payload: Nothing; reply: Nothing };
    };
    /** What the server sends by itself. */
    events: {
      /** An event's maker has made the person a host, or a plain member again. */
      "event:role": OwnEventRole;
      /** The join has ended: the client has left, has joined again, or is no longer a member. */
      "phx_close": Nothing;
      /** A pod of the person has a new state. */
      "pod:activity": PodActivity;
      /** The person has joined a pod, on any device. */
      "pod:joined": OwnPodJoined;
      /** The person has pinned a pod or marked it as unread, on any device (`PATCH /v1/me/pods/{id}`). */
      "pod:marked": OwnPodMarked;
      /** The person is no longer a member of a pod. */
      "pod:removed": OwnPodRemoved;
      /** The person has read further, on any device. */
      "read": OwnRead;
    };
  };
}
