//! The tables as Diesel sees them.
//!
//! Written from the database by the test `schema_rs_agrees_with_the_database`, which also fails when this file differs;
//! the comments are those of the migrations. To change it, change a migration, and run that test with
//! `PODIUM_TEST_WRITE_SCHEMA=1`. A feature may declare its own tables beside its queries instead, with the `joinable!` and
//! `allow_tables_to_appear_in_same_query!` that it needs; then they are compared there, and are not repeated here.

/// The enumerations.
pub mod sql_types {
    /// What a medium is.
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType, Clone)]
    #[diesel(postgres_type(name = "media_kind"))]
    pub struct MediaKind;

    /// What a post is.
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType, Clone)]
    #[diesel(postgres_type(name = "post_kind"))]
    pub struct PostKind;

    /// What a report names.
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType, Clone)]
    #[diesel(postgres_type(name = "report_target"))]
    pub struct ReportTarget;
}

diesel::table! {
    /// People who sign in with a password of their own. Gone as soon as the profile is a tombstone.
    accounts (user_id) {
        /// The profile.
        user_id -> Uuid,
        /// Where mails go: as it was written, in NFC, the domain in its ASCII form.
        email -> Text,
        /// By what the account is found: `email` in small letters, made by the program.
        email_key -> Text,
        /// argon2id in PHC form.
        password_hash -> Text,
        /// `moderator`, or nothing; goes into the access tokens. Set by `podium role` alone.
        role -> Nullable<Text>,
        /// When somebody first followed a link that was mailed there.
        verified_at -> Nullable<Timestamptz>,
        /// When the password was last chosen.
        password_changed_at -> Timestamptz,
        /// When it was opened.
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// The tables that hang on an event, and whose rows keep it from being deleted. Written by migrations, read by podium.event_delete.
    podium.event_children (child) {
        /// The table, with its schema unless that is public.
        child -> Text,
        /// What it hangs on: `events`, or another table named here, whose key is `id`.
        parent -> Text,
        /// Its column that names the parent's row.
        link -> Text,
        /// `others`: a row of anybody but the event's maker keeps the event. `always`: any row does, and its foreign key is RESTRICT. `never`: its rows are nobody's.
        blocks -> Text,
        /// With `others`, the columns that say whose a row is; one that is NULL names nobody.
        persons -> Array<Text>,
        /// For a table on which others hang: its place in the order of locks.
        lock_rank -> Nullable<Int2>,
    }
}

diesel::table! {
    /// Who left an event lately, so that their sessions on every node end where that stands among what is told. Written by a trigger, which also takes away what is older than an hour.
    event_departures (event_id, wall_seq) {
        /// The event.
        event_id -> Uuid,
        /// The number of the event's wall under which they left.
        wall_seq -> Int8,
        /// Who; no foreign key, since it says nothing about the profile.
        user_id -> Uuid,
        /// When.
        at -> Timestamptz,
    }
}

diesel::table! {
    /// Who belongs to an event's community. Rows go only through podium.leave_event, which leaves the event's pods first.
    event_members (event_id, user_id) {
        /// The event.
        event_id -> Uuid,
        /// The member.
        user_id -> Uuid,
        /// At most five `{key, label, emoji}`.
        vibe_badges -> Array<Jsonb>,
        /// Whether the member stays out of lists that others see.
        hidden -> Bool,
        /// `member`, or `host`: named by the event's maker, may change the meet point.
        role -> Text,
        /// When the person came.
        joined_at -> Timestamptz,
    }
}

diesel::table! {
    /// What is gone from an event's feed lately, so that each node tells it where it stands among what is told. Written by a trigger, which also takes away what is older than an hour.
    event_removals (event_id, wall_seq) {
        /// The event.
        event_id -> Uuid,
        /// The number of the event's feed under which it went.
        wall_seq -> Int8,
        /// What it was; `member` for a person who left.
        kind -> Text,
        /// Which of its kind; no foreign key, since it is gone.
        id -> Uuid,
        /// When.
        removed_at -> Timestamptz,
    }
}

diesel::table! {
    /// Concerts, festivals and other live events; the members of one form a community.
    events (id) {
        /// Made by the client that created the event, or UUIDv7.
        id -> Uuid,
        /// The name in addresses: small letters, digits and single hyphens; never looks like a UUID.
        slug -> Text,
        /// Who plays, 1 to 200 characters.
        artist -> Text,
        /// Where, 1 to 200 characters.
        city -> Text,
        /// The house or field, 1 to 200 characters.
        venue -> Text,
        /// When it starts.
        date_utc -> Timestamptz,
        /// When it ends, if known: at most 31 days after `date_utc`. Without it the event is on for 12 hours.
        ends_at -> Nullable<Timestamptz>,
        /// The IANA name of the zone in which the event's times are told; UTC if NULL.
        time_zone -> Nullable<Text>,
        /// Its maker, who may change and cancel it.
        created_by -> Uuid,
        /// Whether the meet point may be read by those who are not members.
        meet_point_public -> Bool,
        /// The head of the event's wall, as `pods.last_seq` is of a pod's log: each change that the event's topic tells takes the next number.
        wall_seq -> Int8,
        /// When the row was made.
        created_at -> Timestamptz,
        /// When the row last changed; kept by a trigger.
        updated_at -> Timestamptz,
        /// When its maker called it off.
        cancelled_at -> Nullable<Timestamptz>,
        /// Whether another event of the same artist, venue and day was there before such were refused.
        twin -> Bool,
    }
}

diesel::table! {
    /// Which text of each function is applied. A lower number is never applied over a higher one, so that an older node that restarts puts nothing back.
    podium.functions (signature) {
        /// Its name and the types of its arguments, as regprocedure prints them.
        signature -> Text,
        /// The number of the text in sql/functions.
        number -> Int4,
        /// SHA-256 of the text, in hexadecimal; NULL for one that a migration made.
        hash -> Nullable<Text>,
        /// The definition by the migrations before this table, which its down.sql puts back; NULL for one that is newer.
        migrated -> Nullable<Text>,
        /// When this text was applied.
        applied_at -> Timestamptz,
    }
}

diesel::table! {
    /// Links that let whoever opens them into a pod and its event. Written by the functions of schema podium alone, under the pod's lock.
    invites (id) {
        /// Made by the client that made the link, or UUIDv7.
        id -> Uuid,
        /// The pod that it leads into.
        pod_id -> Uuid,
        /// What the link ends with, and whoever knows it may come in by: 22 letters and digits at random.
        code -> Text,
        /// The member who made it.
        created_by -> Uuid,
        /// When it was made.
        created_at -> Timestamptz,
        /// From when on it lets nobody in; never if NULL.
        expires_at -> Nullable<Timestamptz>,
        /// How many it lets in, 1 to 1,000; any number if NULL.
        uses -> Nullable<Int4>,
        /// How many it has let in.
        used -> Int4,
        /// When its maker or the pod's owner took it back, or the owner removed its maker.
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What was mailed to an account's address, by its hash; a row goes when its token is used.
    mail_tokens (hash) {
        /// SHA-256 of the token in the link.
        hash -> Bytea,
        /// Whose address.
        user_id -> Uuid,
        /// `verify` confirms the address, `reset` chooses a new password.
        purpose -> Text,
        /// When it was mailed.
        created_at -> Timestamptz,
        /// Until when it may be used.
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::MediaKind;

    /// Photos and videos, shared with an event or with one pod.
    media (id) {
        /// Made by the client that shared it, or UUIDv7.
        id -> Uuid,
        /// Who shared it.
        owner_id -> Uuid,
        /// The event.
        event_id -> Uuid,
        /// The pod that alone sees it; NULL for the whole event.
        pod_id -> Nullable<Uuid>,
        /// Where the file is.
        url -> Text,
        /// `image` or `video`.
        kind -> MediaKind,
        /// When it was shared.
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Where an event's community meets.
    meet_points (event_id) {
        /// The event.
        event_id -> Uuid,
        /// 1 to 200 characters.
        title -> Text,
        /// How to find it.
        description -> Nullable<Text>,
        /// The time on the clocks there, in the event's `time_zone`; the one time that is not in UTC, since it must not shift when the zone's rules do.
        when_local -> Nullable<Timestamp>,
        /// Who named it.
        created_by -> Uuid,
        /// When the row last changed; kept by a trigger.
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// What a person keeps of an event, for themself alone.
    memorabilia (id) {
        /// Made by the client, or UUIDv7.
        id -> Uuid,
        /// The event.
        event_id -> Uuid,
        /// Whose it is.
        user_id -> Uuid,
        /// The song they thought would open.
        opener_guess -> Nullable<Text>,
        /// The best moment.
        peak_moment -> Nullable<Text>,
        /// The song of the night.
        song_of_night -> Nullable<Text>,
        /// From 0 to 10.
        crowd_energy -> Nullable<Int2>,
        /// Anything else.
        notes -> Nullable<Text>,
        /// When it was written.
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// The outcomes of changes that carried an id of their own, so that a repeat is answered and not done again. It holds no words. Written by podium.amend alone.
    message_ops (pod_id, op) {
        /// The pod.
        pod_id -> Uuid,
        /// The client's own id of the change; it counts within its pod.
        op -> Uuid,
        /// The message that was changed.
        message_id -> Uuid,
        /// Who asked; nobody else is answered.
        user_id -> Uuid,
        /// What was answered: the changed_seq that the change took, or that the message had if nothing was to change.
        seq -> Int8,
        /// When it was done.
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// The pods' logs: texts, and lines about comings and goings. Written by the functions of schema podium alone.
    messages (id, pod_id) {
        /// The client's own id, the key of safe retries; UUIDv7 for lines. It counts within its pod.
        id -> Uuid,
        /// The pod whose log this is.
        pod_id -> Uuid,
        /// The place in the log: 1, 2, 3 …, in order of commit, without a gap.
        seq -> Int8,
        /// The place of the newest change to this message, from the same counter; `seq` at first.
        changed_seq -> Int8,
        /// Who wrote the text; for a line, the person concerned.
        user_id -> Uuid,
        /// `text`, or the log's own lines: `joined`, `left`, `removed`, `renamed`, `owner_changed`, `closed`.
        kind -> Text,
        /// At most 4,000 characters; the new name for `renamed`, empty for the other lines.
        text -> Text,
        /// The message of the same pod that this one answers.
        reply_to -> Nullable<Uuid>,
        /// The members whom the text names.
        mentions -> Array<Uuid>,
        /// What else the kind needs: `{"by": uuid}` where somebody else than `user_id` did it.
        data -> Nullable<Jsonb>,
        /// The id of the newest edit, deletion or reaction, the key of its safe retry.
        last_op -> Nullable<Uuid>,
        /// When it was stored; ascends with seq as far as the server's clock does.
        created_at -> Timestamptz,
        /// When its text last changed.
        edited_at -> Nullable<Timestamptz>,
        /// When its author took it back; the text is empty since.
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The running nodes: each keeps its row fresh, and reads from the others' rows who is alive.
    nodes (node) {
        /// The node's name.
        node -> Text,
        /// Made anew at every start, so that a node which came back is not taken for the one that died.
        boot_id -> Uuid,
        /// The last beat, by the database's clock.
        seen_at -> Timestamptz,
        /// Whether the node hears the bus.
        bus_ok -> Bool,
    }
}

diesel::table! {
    /// The people whom the caller may see: themself, members of their events who do not hide, whoever is or was in their pods since they came, authors on their events' walls. Ask by id: a join does not reach through the view.
    podium.people (id) {
        /// The profile.
        id -> Uuid,
        /// The name.
        display_name -> Text,
        /// Where the picture is, if that is an https address.
        avatar_url -> Nullable<Text>,
        /// The Instagram page of one who reveals it, if it is at Instagram.
        ig_url -> Nullable<Text>,
    }
}

diesel::table! {
    /// Whom a pod's owner has let in or keeps out; the last word counts. Without a row the pod's join_policy decides.
    pod_admissions (pod_id, user_id) {
        /// The pod.
        pod_id -> Uuid,
        /// The person concerned.
        user_id -> Uuid,
        /// True: may join, even where the pod is for the invited. False: was removed, and is barred.
        admitted -> Bool,
        /// The owner who decided.
        by -> Uuid,
        /// When.
        at -> Timestamptz,
    }
}

diesel::table! {
    /// What a member marks a pod with for themselves; gone with the membership.
    pod_flags (pod_id, user_id) {
        /// The pod.
        pod_id -> Uuid,
        /// The member.
        user_id -> Uuid,
        /// When it was pinned; NULL if it is not.
        pinned_at -> Nullable<Timestamptz>,
        /// The member's read_seq when they marked the pod as unread; the mark ends when read_seq moves on. NULL if it is not marked.
        unread_from -> Nullable<Int8>,
    }
}

diesel::table! {
    /// Who sits in a pod now. Written by the functions of schema podium alone, which write the log's lines with it.
    pod_members (pod_id, user_id) {
        /// The pod.
        pod_id -> Uuid,
        /// The member.
        user_id -> Uuid,
        /// The pod's event, of which one must be a member.
        event_id -> Uuid,
        /// `member`, or `owner`; a pod has one owner as long as it has members.
        role -> Text,
        /// The lowest that was free at the coming.
        seat -> Int2,
        /// The pod's seats, held equal by a foreign key, so that the check on `seat` can read it.
        seats -> Int2,
        /// Up to where the member has read; never moves back.
        read_seq -> Int8,
        /// The seq of the member's own `joined` line: what was before it stays hidden from them.
        since_seq -> Int8,
        /// When the member came, the time of the `joined` line.
        joined_at -> Timestamptz,
    }
}

diesel::table! {
    /// Crews inside an event, with a log each. Written by the functions of schema podium alone; closed, never deleted, while their messages' ids must answer retries.
    pods (id) {
        /// Made by the client that opened the pod, or UUIDv7.
        id -> Uuid,
        /// The event whose members may join.
        event_id -> Uuid,
        /// 1 to 80 characters.
        name -> Text,
        /// `crew`; later kinds seat matched people.
        kind -> Text,
        /// How many members it may have; fixed at birth.
        seats -> Int2,
        /// `open` to the event's members, or `invite`: only whom the owner admitted.
        join_policy -> Text,
        /// The head: the highest seq of the log. Members read it through podium.head.
        last_seq -> Int8,
        /// Its maker, who was its first owner.
        created_by -> Uuid,
        /// When it was opened.
        created_at -> Timestamptz,
        /// When it was closed; a closed pod has no members.
        closed_at -> Nullable<Timestamptz>,
        /// Counts the changes of name and join policy, for nodes to find those that the bus has lost.
        revision -> Int8,
        /// The number of the event's wall under which what the event's members see of the pod last changed.
        wall_seq -> Int8,
        /// The number under which it was opened; NULL inside the transaction that opens it.
        wall_from -> Nullable<Int8>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::PostKind;

    /// An event's wall.
    posts (id) {
        /// Made by the client that posted, or UUIDv7.
        id -> Uuid,
        /// The event.
        event_id -> Uuid,
        /// Who posted.
        user_id -> Uuid,
        /// `text`, `poll` or `hype`.
        kind -> PostKind,
        /// What the kind needs, an object.
        body -> Jsonb,
        /// When it was posted.
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// People. A row is never deleted, since the logs name it: a person who goes leaves a tombstone.
    profiles (id) {
        /// The `sub` of the person's tokens.
        id -> Uuid,
        /// The name that others see, 1 to 80 characters.
        display_name -> Text,
        /// For the person alone; from the token or the account.
        email -> Nullable<Text>,
        /// Where the picture is.
        avatar_url -> Nullable<Text>,
        /// The Instagram page; others see it only if `reveal_ig`.
        ig_url -> Nullable<Text>,
        /// Whether others may see `ig_url`.
        reveal_ig -> Bool,
        /// When the person was first seen.
        created_at -> Timestamptz,
        /// When the row last changed; kept by a trigger.
        updated_at -> Timestamptz,
        /// Since when this is a tombstone: the name is a placeholder and the rest is empty.
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Refresh tokens by their hash, the used ones too: one that comes back tells of a thief.
    refresh_tokens (hash) {
        /// SHA-256 of the token.
        hash -> Bytea,
        /// The family.
        sign_in_id -> Uuid,
        /// When it was given out.
        issued_at -> Timestamptz,
        /// When it was first exchanged for the next one.
        used_at -> Nullable<Timestamptz>,
        /// The hash of that next one.
        successor -> Nullable<Bytea>,
        /// When an access token that was handed out with it was first brought: so its answer arrived.
        seen_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ReportTarget;

    /// What people bring before the moderators. A report opens what it names, and nothing else, to them.
    reports (id) {
        /// Made by the client that filed it, or UUIDv7.
        id -> Uuid,
        /// Who filed it.
        reporter -> Uuid,
        /// `post`, `message`, `media` or `profile`.
        target_type -> ReportTarget,
        /// The id of what it names; no foreign key, since a report outlives it.
        target_id -> Uuid,
        /// The pod of a reported message, whose id counts within its pod; set by a trigger to one that the reporter may read.
        pod_id -> Nullable<Uuid>,
        /// In the reporter's words.
        reason -> Text,
        /// When it was filed.
        created_at -> Timestamptz,
        /// When a moderator closed it; it opens nothing any more.
        resolved_at -> Nullable<Timestamptz>,
        /// Which moderator.
        resolved_by -> Nullable<Uuid>,
        /// What was done about it.
        resolution -> Nullable<Text>,
    }
}

diesel::table! {
    /// Devices that are signed in to an account: each is one family of refresh tokens. Ended ones stay for a day, so that every node learns of it.
    sign_ins (id) {
        /// The `sid` of its access tokens.
        id -> Uuid,
        /// Who signed in.
        user_id -> Uuid,
        /// What the device last said it was, at most 300 characters.
        user_agent -> Nullable<Text>,
        /// From where it was last used.
        address -> Nullable<Text>,
        /// When it signed in.
        created_at -> Timestamptz,
        /// When it last renewed its tokens.
        last_used_at -> Timestamptz,
        /// When it ends unless it is used before.
        expires_at -> Timestamptz,
        /// Each renewal adds ten seconds; what lies more than ten minutes ahead is too often.
        paid_until -> Timestamptz,
        /// Since when none of its tokens is good any more.
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(accounts -> profiles (user_id));
diesel::joinable!(event_departures -> events (event_id));
diesel::joinable!(event_members -> events (event_id));
diesel::joinable!(event_members -> profiles (user_id));
diesel::joinable!(event_removals -> events (event_id));
diesel::joinable!(events -> profiles (created_by));
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
    event_children,
    event_departures,
    event_members,
    event_removals,
    events,
    functions,
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
