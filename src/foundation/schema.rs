//! The tables as Diesel sees them.
//!
//! Written from the database by the test `schema_rs_agrees_with_the_database`, which also fails when this file differs;
//! the comments are those of the migrations. To change it, change a migration, and run that test with
//! `PODIUM_TEST_WRITE_SCHEMA=1`. A feature may declare its own tables beside its queries instead, with the `joinable!` and
//! `allow_tables_to_appear_in_same_query!` that it needs; then they are compared there, and are not repeated here.

/// The enumerations.
pub mod sql_types {
    /// The kind of a media item.
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType, Clone)]
    #[diesel(postgres_type(name = "media_kind"))]
    pub struct MediaKind;

    /// The kind of a post.
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType, Clone)]
    #[diesel(postgres_type(name = "post_kind"))]
    pub struct PostKind;

    /// The kind of a report's target.
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType, Clone)]
    #[diesel(postgres_type(name = "report_target"))]
    pub struct ReportTarget;
}

diesel::table! {
    /// Accounts of people who sign in with a password at Podium itself. Deleted when the profile is deleted.
    accounts (user_id) {
        /// The profile.
        user_id -> Uuid,
        /// The address for mails, as entered, in Unicode NFC, with the domain in its ASCII form.
        email -> Text,
        /// The key by which the account is found: `email` in lower case, computed by the server.
        email_key -> Text,
        /// Argon2id, in PHC format.
        password_hash -> Text,
        /// `moderator`, or NULL; part of the access tokens. Set by `podium role` only.
        role -> Nullable<Text>,
        /// When a link that was mailed to the address was first followed.
        verified_at -> Nullable<Timestamptz>,
        /// When the password was last set.
        password_changed_at -> Timestamptz,
        /// When the account was created.
        created_at -> Timestamptz,
        /// The mailbox behind `email_key`, without what mail servers ignore, made by the program; NULL for accounts from before it was kept.
        mailbox_key -> Nullable<Text>,
        /// The network from which it was registered, for a day.
        registered_from -> Nullable<Text>,
    }
}

diesel::table! {
    /// Votes in polls.
    ballots (post_id, user_id) {
        /// The poll.
        post_id -> Uuid,
        /// The voter.
        user_id -> Uuid,
        /// The chosen options: bit 0 for the first one; 0 if the vote was withdrawn.
        mask -> Int4,
        /// How often the ballot was changed, and 1. The sum over a poll is the revision of its tally.
        changes -> Int8,
        /// When the person voted first.
        created_at -> Timestamptz,
        /// When the ballot was last changed.
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// The people who are barred from an event: they are no members of it, and cannot become members until they are admitted. Written by podium.event_remove, deleted by podium.event_admit.
    event_bars (event_id, user_id) {
        /// The event.
        event_id -> Uuid,
        /// The barred person.
        user_id -> Uuid,
        /// The event's creator, the host or the moderator who decided.
        by -> Uuid,
        /// When they decided.
        at -> Timestamptz,
    }
}

diesel::table! {
    /// The tables that depend on an event, and whether their rows prevent its deletion. Written by migrations, read by podium.event_delete.
    podium.event_children (child) {
        /// The table, with its schema unless that is public.
        child -> Text,
        /// The table that it refers to: `events`, or another table listed here, whose key is `id`.
        parent -> Text,
        /// The column that refers to the parent's row.
        link -> Text,
        /// `others`: a row of anyone but the event's creator prevents the deletion. `always`: any row does, and its foreign key is RESTRICT. `never`: no row does.
        blocks -> Text,
        /// With `others`, the columns that name the owner of a row; a NULL names nobody.
        persons -> Array<Text>,
        /// For a table that others refer to: its place in the lock order.
        lock_rank -> Nullable<Int2>,
    }
}

diesel::table! {
    /// Members who left an event within the last hour, for nodes of the version before the table event_removals. Written by a trigger, which also deletes rows that are older than an hour.
    event_departures (event_id, wall_seq) {
        /// The event.
        event_id -> Uuid,
        /// The number of the event's feed that the departure has.
        wall_seq -> Int8,
        /// The person who left; no foreign key, since the row says nothing about the profile.
        user_id -> Uuid,
        /// When they left.
        at -> Timestamptz,
    }
}

diesel::table! {
    /// The members of an event's community. Rows are deleted with the event, or by podium.leave_event and podium.event_remove, which end the memberships of its pods first.
    event_members (event_id, user_id) {
        /// The event.
        event_id -> Uuid,
        /// The member.
        user_id -> Uuid,
        /// At most five objects `{key, label, emoji}`.
        vibe_badges -> Array<Jsonb>,
        /// Whether lists that other people read leave the member out.
        hidden -> Bool,
        /// `member`, or `host`: named by the event's creator, may change the meet point.
        role -> Text,
        /// When the person joined.
        joined_at -> Timestamptz,
    }
}

diesel::table! {
    /// Items that were removed from an event's feed within the last hour, so that every node announces the removal at its place in the feed. Written by a trigger, which also deletes rows that are older than an hour.
    event_removals (event_id, wall_seq) {
        /// The event.
        event_id -> Uuid,
        /// The number of the event's feed that the removal has.
        wall_seq -> Int8,
        /// The kind of item; `member` for a person who left.
        kind -> Text,
        /// The id of the item; no foreign key, since the item is deleted.
        id -> Uuid,
        /// When it was removed.
        removed_at -> Timestamptz,
    }
}

diesel::table! {
    /// What of each event is searched.
    event_texts (event_id) {
        /// The event.
        event_id -> Uuid,
        /// Artist, city and venue by `podium.sought`, each word with a space before it; a trigger keeps it.
        folded -> Text,
    }
}

diesel::table! {
    /// Concerts, festivals and other live events; the members of one form a community.
    events (id) {
        /// Chosen by the client that created the event, or a UUIDv7.
        id -> Uuid,
        /// The name in addresses: lower-case letters, digits and single hyphens; never looks like a UUID.
        slug -> Text,
        /// The artist, 1 to 200 characters.
        artist -> Text,
        /// The city, 1 to 200 characters.
        city -> Text,
        /// The venue, 1 to 200 characters.
        venue -> Text,
        /// When it starts.
        date_utc -> Timestamptz,
        /// When it ends, if known: at most 31 days after `date_utc`. If NULL, the event counts as running for 12 hours.
        ends_at -> Nullable<Timestamptz>,
        /// The IANA name of the time zone in which the event's times are shown; UTC if NULL.
        time_zone -> Nullable<Text>,
        /// The person who created the event, who may change and cancel it.
        created_by -> Uuid,
        /// Whether people who are not members may read the meet point.
        meet_point_public -> Bool,
        /// The head of the event's feed, as `pods.last_seq` is of a pod's log: each change that the event's topic announces takes the next number.
        wall_seq -> Int8,
        /// When the row was created.
        created_at -> Timestamptz,
        /// When the row last changed; set by a trigger.
        updated_at -> Timestamptz,
        /// When the event was cancelled; NULL if it was not.
        cancelled_at -> Nullable<Timestamptz>,
        /// Whether another event of the same artist, venue and day existed before such duplicates were refused.
        twin -> Bool,
        /// The number in its own feed under which what people see of the event last changed; 0 before the first change.
        changed_seq -> Int8,
    }
}

diesel::table! {
    /// The version of each function that is applied. A lower number is never applied over a higher one, so that a restarted older node does not restore an old text.
    podium.functions (signature) {
        /// The function's name and argument types, as regprocedure prints them.
        signature -> Text,
        /// The version of the text in sql/functions.
        number -> Int4,
        /// SHA-256 of the text, in hexadecimal; NULL for a function that a migration made.
        hash -> Nullable<Text>,
        /// The definition by the migrations before this table, which its down.sql restores; NULL for a newer function.
        migrated -> Nullable<Text>,
        /// When this version was applied.
        applied_at -> Timestamptz,
    }
}

diesel::table! {
    /// Taps on posts of the kind `hype`.
    hype_taps (post_id, user_id) {
        /// The post.
        post_id -> Uuid,
        /// The person.
        user_id -> Uuid,
        /// The accepted total of each of the person's devices, by the name that the device gave itself.
        sources -> Jsonb,
        /// The sum of `sources`.
        total -> Int8,
        /// How many more taps were allowed at `allowed_at`.
        allowance -> Float8,
        /// When `allowance` was computed.
        allowed_at -> Timestamptz,
    }
}

diesel::table! {
    /// Invitation links to a pod and its event. Written only by functions of the schema podium, under the pod's lock.
    invites (id) {
        /// Chosen by the client that created the link, or a UUIDv7.
        id -> Uuid,
        /// The pod that the link leads to.
        pod_id -> Uuid,
        /// The last part of the link, which is the right to join: 22 random letters and digits.
        code -> Text,
        /// The member who created it.
        created_by -> Uuid,
        /// When it was created.
        created_at -> Timestamptz,
        /// When the link expires; never if NULL.
        expires_at -> Nullable<Timestamptz>,
        /// How many people it admits, 1 to 1,000; unlimited if NULL.
        uses -> Nullable<Int4>,
        /// How many people it has admitted.
        used -> Int4,
        /// When its creator or the pod's owner revoked it, or the owner removed its creator.
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Tokens that were mailed to an account's address, by hash. A row is deleted when its token is used.
    mail_tokens (hash) {
        /// SHA-256 of the token in the link.
        hash -> Bytea,
        /// The account's profile.
        user_id -> Uuid,
        /// `verify` confirms the address, `reset` sets a new password.
        purpose -> Text,
        /// When the token was created.
        created_at -> Timestamptz,
        /// When the token expires.
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::MediaKind;

    /// Photos and videos, shared with an event or with one pod.
    media (id) {
        /// Chosen by the client that shared it, or a UUIDv7.
        id -> Uuid,
        /// The person who shared it.
        owner_id -> Uuid,
        /// The event.
        event_id -> Uuid,
        /// The pod whose members may see it; NULL for all members of the event.
        pod_id -> Nullable<Uuid>,
        /// The address of the file.
        url -> Text,
        /// `image` or `video`.
        kind -> MediaKind,
        /// When it was shared.
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// The meeting place of an event's members.
    meet_points (event_id) {
        /// The event.
        event_id -> Uuid,
        /// The title, 1 to 200 characters.
        title -> Text,
        /// How to find it.
        description -> Nullable<Text>,
        /// The local time at the event's `time_zone`; the only time that is not in UTC, since it must not shift when the zone's rules change.
        when_local -> Nullable<Timestamp>,
        /// The person who set it.
        created_by -> Uuid,
        /// When the row last changed; set by a trigger.
        updated_at -> Timestamptz,
        /// A line about the time, such as "after the support act", 1 to 100 characters.
        when_note -> Nullable<Text>,
        /// Another one after each change, for ETags; set by a trigger. A meet point that replaces a deleted one has another one, too.
        revision -> Uuid,
        /// The number of its last change in the event's feed.
        wall_seq -> Int8,
        /// The number under which it was set first; NULL inside the transaction that sets it.
        wall_from -> Nullable<Int8>,
    }
}

diesel::table! {
    /// A person's private memories of an event.
    memorabilia (id) {
        /// Chosen by the client that created it, or a UUIDv7.
        id -> Uuid,
        /// The event.
        event_id -> Uuid,
        /// The owner, who alone may read it.
        user_id -> Uuid,
        /// The song that the person expected first.
        opener_guess -> Nullable<Text>,
        /// The best moment.
        peak_moment -> Nullable<Text>,
        /// The song of the night.
        song_of_night -> Nullable<Text>,
        /// The crowd's energy, in words.
        crowd_energy -> Nullable<Text>,
        /// Other notes.
        notes -> Nullable<Text>,
        /// When it was created.
        created_at -> Timestamptz,
        /// The crowd's energy, from 0 to 10.
        crowd_level -> Nullable<Int2>,
        /// When the row last changed; set by a trigger.
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// The outcomes of changes that carried an `op`, so that a repeated change returns its first outcome and is not applied again. Holds no text. Written only by podium.amend.
    message_ops (pod_id, op) {
        /// The pod.
        pod_id -> Uuid,
        /// The client's id of the change, unique within its pod.
        op -> Uuid,
        /// The message that was changed.
        message_id -> Uuid,
        /// The person who made the change; a repeat by anyone else is a conflict.
        user_id -> Uuid,
        /// The outcome: the `changed_seq` that the change took, or the message's current one if there was nothing to change.
        seq -> Int8,
        /// When the change was made.
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// The pods' logs: texts, and lines about memberships. Written only by functions of the schema podium.
    messages (id, pod_id) {
        /// The client's id, by which a repeated send is recognized; a UUIDv7 for lines. Unique within its pod.
        id -> Uuid,
        /// The pod whose log it belongs to.
        pod_id -> Uuid,
        /// The position in the log: 1, 2, 3 …, in commit order, without gaps.
        seq -> Int8,
        /// The position of the newest change to this message, from the same counter; initially `seq`.
        changed_seq -> Int8,
        /// The author of the text; for a line, the person concerned.
        user_id -> Uuid,
        /// `text`, or the log's own lines: `joined`, `left`, `removed`, `renamed`, `owner_changed`, `closed`.
        kind -> Text,
        /// At most 4,000 characters; the new name for `renamed`, empty for the other lines.
        text -> Text,
        /// The message of the same pod that this one answers.
        reply_to -> Nullable<Uuid>,
        /// The members whom the text mentions.
        mentions -> Array<Uuid>,
        /// Further data: `{"reactions": {emoji: [user_id]}}`; `{"by": uuid}` for a line that a person other than `user_id` caused.
        data -> Nullable<Jsonb>,
        /// The `op` of the newest edit, deletion or reaction.
        last_op -> Nullable<Uuid>,
        /// When it was stored; ascends with seq as far as the server's clock does.
        created_at -> Timestamptz,
        /// When its text last changed.
        edited_at -> Nullable<Timestamptz>,
        /// When its author deleted it; the text is empty since then.
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The running nodes. Each updates its row once a second, and reads from the other rows which nodes are alive.
    nodes (node) {
        /// The node's name.
        node -> Text,
        /// New at every start, which distinguishes a restarted node from the one that died.
        boot_id -> Uuid,
        /// The time of the last update, by the database's clock.
        seen_at -> Timestamptz,
        /// Whether the node receives messages of the bus.
        bus_ok -> Bool,
    }
}

diesel::table! {
    /// The people whom the caller may see: themselves, members of their events who are not hidden, current and former members of their pods since they joined, and people who posted, commented, reacted or shared media in their events. Query it by id: the planner cannot push a join into it.
    podium.people (id) {
        /// The profile.
        id -> Uuid,
        /// The name.
        display_name -> Text,
        /// The address of the picture, if it is https.
        avatar_url -> Nullable<Text>,
        /// The Instagram page, if the person reveals it and it is at Instagram.
        ig_url -> Nullable<Text>,
    }
}

diesel::table! {
    /// The owner's decisions about people who may join a pod or are barred from it, members or not; the newest counts. Without a row the pod's join_policy decides.
    pod_admissions (pod_id, user_id) {
        /// The pod.
        pod_id -> Uuid,
        /// The person concerned.
        user_id -> Uuid,
        /// True: may join, even if the join policy is `invite`. False: is barred.
        admitted -> Bool,
        /// The owner who decided.
        by -> Uuid,
        /// When the owner decided.
        at -> Timestamptz,
    }
}

diesel::table! {
    /// A member's private marks on a pod. Deleted with the membership.
    pod_flags (pod_id, user_id) {
        /// The pod.
        pod_id -> Uuid,
        /// The member.
        user_id -> Uuid,
        /// When the pod was pinned; NULL if it is not pinned.
        pinned_at -> Nullable<Timestamptz>,
        /// The member's `read_seq` when they marked the pod as unread; the mark ends when `read_seq` advances. NULL if there is no mark.
        unread_from -> Nullable<Int8>,
    }
}

diesel::table! {
    /// The current members of a pod. Written only by functions of the schema podium, which also write the lines of the log.
    pod_members (pod_id, user_id) {
        /// The pod.
        pod_id -> Uuid,
        /// The member.
        user_id -> Uuid,
        /// The pod's event, which the member must belong to.
        event_id -> Uuid,
        /// `member` or `owner`; a pod with members has exactly one owner.
        role -> Text,
        /// The lowest seat that was free when the member joined.
        seat -> Int2,
        /// The pod's number of seats, kept equal by a foreign key, so that the check on `seat` can read it.
        seats -> Int2,
        /// The position up to which the member has read; never moves back.
        read_seq -> Int8,
        /// The seq of the member's own `joined` line: older entries stay hidden from them.
        since_seq -> Int8,
        /// When the member joined, which is the time of the `joined` line.
        joined_at -> Timestamptz,
    }
}

diesel::table! {
    /// Small groups inside an event, each with a log. Written only by functions of the schema podium. A pod is closed and not deleted, since ids of its messages must answer retries.
    pods (id) {
        /// Chosen by the client that opened the pod, or a UUIDv7.
        id -> Uuid,
        /// The event whose members may join.
        event_id -> Uuid,
        /// The name, 1 to 80 characters.
        name -> Text,
        /// `crew`; later kinds are for matched people.
        kind -> Text,
        /// The number of seats, which never changes.
        seats -> Int2,
        /// `open` to all members of the event, or `invite`: only for people whom the owner has admitted.
        join_policy -> Text,
        /// The head: the highest seq of the log. Members read it through podium.head.
        last_seq -> Int8,
        /// The person who opened it, its first owner.
        created_by -> Uuid,
        /// When it was opened.
        created_at -> Timestamptz,
        /// When it was closed; a closed pod has no members.
        closed_at -> Nullable<Timestamptz>,
        /// The number of changes of name and join policy, by which nodes find changes that the bus has lost.
        revision -> Int8,
        /// The number of the event's feed that the last change of the pod's card has.
        wall_seq -> Int8,
        /// The number of the event's feed that the opening has; NULL within the transaction that opens the pod.
        wall_from -> Nullable<Int8>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::PostKind;

    /// Posts on the walls of events: texts, polls and hype.
    posts (id) {
        /// Chosen by the client that created the post, or a UUIDv7.
        id -> Uuid,
        /// The event.
        event_id -> Uuid,
        /// The author.
        user_id -> Uuid,
        /// `text`, `poll` or `hype`.
        kind -> PostKind,
        /// `{text}` of a text or hype; `{question, options, mode, results}` of a poll.
        body -> Jsonb,
        /// When it was created.
        created_at -> Timestamptz,
        /// When the author last changed it; set by a trigger.
        edited_at -> Nullable<Timestamptz>,
        /// When a poll closes by itself; NULL if it does not.
        closes_at -> Nullable<Timestamptz>,
        /// When a poll was closed; no ballot is taken after it.
        closed_at -> Nullable<Timestamptz>,
        /// The tally of a closed poll, `{rev, voters, counts}`, which never changes.
        final_tally -> Nullable<Jsonb>,
        /// The ids of the last 16 changes, so that a repeated one changes nothing.
        last_ops -> Array<Uuid>,
        /// The number of its last change in the event's feed.
        wall_seq -> Int8,
        /// The number under which it was posted; NULL inside the transaction that posts it.
        wall_from -> Nullable<Int8>,
    }
}

diesel::table! {
    /// People. Rows are never deleted, since the logs refer to them: a deleted profile keeps a row without personal data.
    profiles (id) {
        /// The `sub` of the person's tokens.
        id -> Uuid,
        /// The name that other people see, 1 to 80 characters.
        display_name -> Text,
        /// The address, visible to the person only; from the token or the account.
        email -> Nullable<Text>,
        /// The address of the picture.
        avatar_url -> Nullable<Text>,
        /// The Instagram page; visible to others only with `reveal_ig`.
        ig_url -> Nullable<Text>,
        /// Whether others may see `ig_url`.
        reveal_ig -> Bool,
        /// When the profile was created, at the person's first request.
        created_at -> Timestamptz,
        /// When the row last changed; set by a trigger.
        updated_at -> Timestamptz,
        /// When the profile was deleted: since then the name is a placeholder and the other data is empty.
        deleted_at -> Nullable<Timestamptz>,
        /// The language in which the person reads Podium, as a BCP 47 tag such as `de`; NULL if they have not chosen one.
        language -> Nullable<Text>,
    }
}

diesel::table! {
    /// Refresh tokens by hash. Used ones are kept, since a used token that is presented again indicates theft.
    refresh_tokens (hash) {
        /// SHA-256 of the token.
        hash -> Bytea,
        /// The sign-in that the token belongs to.
        sign_in_id -> Uuid,
        /// When it was issued.
        issued_at -> Timestamptz,
        /// When it was first exchanged for its successor.
        used_at -> Nullable<Timestamptz>,
        /// The hash of its successor.
        successor -> Nullable<Bytea>,
        /// When an access token that was issued with it was first presented, which shows that the answer arrived.
        seen_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ReportTarget;

    /// Reports to the moderators. An open report lets them read its target, and nothing else.
    reports (id) {
        /// Chosen by the client that filed it, or a UUIDv7.
        id -> Uuid,
        /// The person who filed it.
        reporter -> Uuid,
        /// `post`, `message`, `media` or `profile`.
        target_type -> ReportTarget,
        /// The id of the target; no foreign key, since a report outlives its target.
        target_id -> Uuid,
        /// The pod of a reported message, whose id is unique within its pod only; set by a trigger to a pod that the reporter may read.
        pod_id -> Nullable<Uuid>,
        /// The reason, in the reporter's words.
        reason -> Text,
        /// When it was filed.
        created_at -> Timestamptz,
        /// When a moderator resolved it; it gives access to nothing since then.
        resolved_at -> Nullable<Timestamptz>,
        /// The moderator who resolved it.
        resolved_by -> Nullable<Uuid>,
        /// What was done about it.
        resolution -> Nullable<Text>,
    }
}

diesel::table! {
    /// Devices that are signed in to an account; each has one chain of refresh tokens. An ended sign-in stays for a day, so that every node learns of it.
    sign_ins (id) {
        /// The `sid` of its access tokens.
        id -> Uuid,
        /// The person who signed in.
        user_id -> Uuid,
        /// The User-Agent header of the last use, at most 300 characters.
        user_agent -> Nullable<Text>,
        /// The network address of the last use.
        address -> Nullable<Text>,
        /// When it signed in.
        created_at -> Timestamptz,
        /// When its tokens were last renewed.
        last_used_at -> Timestamptz,
        /// When it ends if it is not used before.
        expires_at -> Timestamptz,
        /// The rate limit of renewals: each adds ten seconds; a value that is more than ten minutes in the future is too often.
        paid_until -> Timestamptz,
        /// When it ended; its tokens are invalid since then.
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(accounts -> profiles (user_id));
diesel::joinable!(ballots -> posts (post_id));
diesel::joinable!(ballots -> profiles (user_id));
diesel::joinable!(event_bars -> events (event_id));
diesel::joinable!(event_departures -> events (event_id));
diesel::joinable!(event_members -> events (event_id));
diesel::joinable!(event_members -> profiles (user_id));
diesel::joinable!(event_removals -> events (event_id));
diesel::joinable!(event_texts -> events (event_id));
diesel::joinable!(events -> profiles (created_by));
diesel::joinable!(hype_taps -> posts (post_id));
diesel::joinable!(hype_taps -> profiles (user_id));
diesel::joinable!(invites -> pods (pod_id));
diesel::joinable!(invites -> profiles (created_by));
diesel::joinable!(mail_tokens -> accounts (user_id));
diesel::joinable!(media -> events (event_id));
diesel::joinable!(media -> pods (pod_id));
diesel::joinable!(media -> profiles (owner_id));
diesel::joinable!(meet_points -> events (event_id));
diesel::joinable!(meet_points -> profiles (created_by));
diesel::joinable!(memorabilia -> events (event_id));
diesel::joinable!(memorabilia -> profiles (user_id));
diesel::joinable!(message_ops -> pods (pod_id));
diesel::joinable!(messages -> pods (pod_id));
diesel::joinable!(pod_admissions -> pods (pod_id));
diesel::joinable!(pod_members -> pods (pod_id));
diesel::joinable!(pods -> events (event_id));
diesel::joinable!(pods -> profiles (created_by));
diesel::joinable!(posts -> events (event_id));
diesel::joinable!(posts -> profiles (user_id));
diesel::joinable!(refresh_tokens -> sign_ins (sign_in_id));
diesel::joinable!(sign_ins -> profiles (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    ballots,
    event_bars,
    event_children,
    event_departures,
    event_members,
    event_removals,
    event_texts,
    events,
    functions,
    hype_taps,
    invites,
    mail_tokens,
    media,
    meet_points,
    memorabilia,
    message_ops,
    messages,
    nodes,
    people,
    pod_admissions,
    pod_flags,
    pod_members,
    pods,
    posts,
    profiles,
    refresh_tokens,
    reports,
    sign_ins,
);
