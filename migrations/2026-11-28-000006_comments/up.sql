-- Comments only, in plain words: docs/SCHEMA.md is made from them.
SET LOCAL lock_timeout = '5s';

COMMENT ON TABLE accounts IS 'Accounts of people who sign in with a password at Podium itself. Deleted when the profile is deleted';
COMMENT ON COLUMN accounts.email IS 'The address for mails, as entered, in Unicode NFC, with the domain in its ASCII form';
COMMENT ON COLUMN accounts.email_key IS 'The key by which the account is found: `email` in lower case, computed by the server';
COMMENT ON COLUMN accounts.password_hash IS 'Argon2id, in PHC format';
COMMENT ON COLUMN accounts.role IS '`moderator`, or NULL; part of the access tokens. Set by `podium role` only';
COMMENT ON COLUMN accounts.verified_at IS 'When a link that was mailed to the address was first followed';
COMMENT ON COLUMN accounts.created_at IS 'When the account was created';
COMMENT ON COLUMN accounts.password_changed_at IS 'When the password was last set';

COMMENT ON TABLE event_departures IS 'Members who left an event within the last hour, for nodes of the version before the table event_removals. Written by a trigger, which also deletes rows that are older than an hour';
COMMENT ON COLUMN event_departures.wall_seq IS 'The number of the event''s feed that the departure has';
COMMENT ON COLUMN event_departures.user_id IS 'The person who left; no foreign key, since the row says nothing about the profile';
COMMENT ON COLUMN event_departures.at IS 'When they left';

COMMENT ON TABLE event_members IS 'The members of an event''s community. Rows are deleted with the event, or by podium.leave_event and podium.event_remove, which end the memberships of its pods first';
COMMENT ON COLUMN event_members.vibe_badges IS 'At most five objects `{key, label, emoji}`';
COMMENT ON COLUMN event_members.hidden IS 'Whether lists that other people read leave the member out';
COMMENT ON COLUMN event_members.role IS '`member`, or `host`: named by the event''s creator, may change the meet point';
COMMENT ON COLUMN event_members.joined_at IS 'When the person joined';

COMMENT ON TABLE event_removals IS 'Items that were removed from an event''s feed within the last hour, so that every node announces the removal at its place in the feed. Written by a trigger, which also deletes rows that are older than an hour';
COMMENT ON COLUMN event_removals.wall_seq IS 'The number of the event''s feed that the removal has';
COMMENT ON COLUMN event_removals.kind IS 'The kind of item; `member` for a person who left';
COMMENT ON COLUMN event_removals.id IS 'The id of the item; no foreign key, since the item is deleted';
COMMENT ON COLUMN event_removals.removed_at IS 'When it was removed';

COMMENT ON COLUMN events.id IS 'Chosen by the client that created the event, or a UUIDv7';
COMMENT ON COLUMN events.slug IS 'The name in addresses: lower-case letters, digits and single hyphens; never looks like a UUID';
COMMENT ON COLUMN events.artist IS 'The artist, 1 to 200 characters';
COMMENT ON COLUMN events.city IS 'The city, 1 to 200 characters';
COMMENT ON COLUMN events.venue IS 'The venue, 1 to 200 characters';
COMMENT ON COLUMN events.ends_at IS 'When it ends, if known: at most 31 days after `date_utc`. If NULL, the event counts as running for 12 hours';
COMMENT ON COLUMN events.time_zone IS 'The IANA name of the time zone in which the event''s times are shown; UTC if NULL';
COMMENT ON COLUMN events.created_by IS 'The person who created the event, who may change and cancel it';
COMMENT ON COLUMN events.meet_point_public IS 'Whether people who are not members may read the meet point';
COMMENT ON COLUMN events.wall_seq IS 'The head of the event''s feed, as `pods.last_seq` is of a pod''s log: each change that the event''s topic announces takes the next number';
COMMENT ON COLUMN events.created_at IS 'When the row was created';
COMMENT ON COLUMN events.updated_at IS 'When the row last changed; set by a trigger';
COMMENT ON COLUMN events.cancelled_at IS 'When the event was cancelled; NULL if it was not';
COMMENT ON COLUMN events.twin IS 'Whether another event of the same artist, venue and day existed before such duplicates were refused';

COMMENT ON TABLE invites IS 'Invitation links to a pod and its event. Written only by functions of the schema podium, under the pod''s lock';
COMMENT ON COLUMN invites.id IS 'Chosen by the client that created the link, or a UUIDv7';
COMMENT ON COLUMN invites.pod_id IS 'The pod that the link leads to';
COMMENT ON COLUMN invites.code IS 'The last part of the link, which is the right to join: 22 random letters and digits';
COMMENT ON COLUMN invites.created_by IS 'The member who created it';
COMMENT ON COLUMN invites.created_at IS 'When it was created';
COMMENT ON COLUMN invites.expires_at IS 'When the link expires; never if NULL';
COMMENT ON COLUMN invites.uses IS 'How many people it admits, 1 to 1,000; unlimited if NULL';
COMMENT ON COLUMN invites.used IS 'How many people it has admitted';
COMMENT ON COLUMN invites.revoked_at IS 'When its creator or the pod''s owner revoked it, or the owner removed its creator';

COMMENT ON TABLE mail_tokens IS 'Tokens that were mailed to an account''s address, by hash. A row is deleted when its token is used';
COMMENT ON COLUMN mail_tokens.hash IS 'SHA-256 of the token in the link';
COMMENT ON COLUMN mail_tokens.user_id IS 'The account''s profile';
COMMENT ON COLUMN mail_tokens.purpose IS '`verify` confirms the address, `reset` sets a new password';
COMMENT ON COLUMN mail_tokens.created_at IS 'When the token was created';
COMMENT ON COLUMN mail_tokens.expires_at IS 'When the token expires';

COMMENT ON COLUMN media.id IS 'Chosen by the client that shared it, or a UUIDv7';
COMMENT ON COLUMN media.owner_id IS 'The person who shared it';
COMMENT ON COLUMN media.pod_id IS 'The pod whose members may see it; NULL for all members of the event';
COMMENT ON COLUMN media.url IS 'The address of the file';

COMMENT ON TABLE meet_points IS 'The meeting place of an event''s members';
COMMENT ON COLUMN meet_points.title IS 'The title, 1 to 200 characters';
COMMENT ON COLUMN meet_points.when_local IS 'The local time at the event''s `time_zone`; the only time that is not in UTC, since it must not shift when the zone''s rules change';
COMMENT ON COLUMN meet_points.created_by IS 'The person who set it';
COMMENT ON COLUMN meet_points.updated_at IS 'When the row last changed; set by a trigger';

COMMENT ON TABLE memorabilia IS 'A person''s private memories of an event';
COMMENT ON COLUMN memorabilia.id IS 'Chosen by the client that created it, or a UUIDv7';
COMMENT ON COLUMN memorabilia.user_id IS 'The owner, who alone may read it';
COMMENT ON COLUMN memorabilia.opener_guess IS 'The song that the person expected first';
COMMENT ON COLUMN memorabilia.crowd_energy IS 'The crowd''s energy, from 0 to 10';
COMMENT ON COLUMN memorabilia.notes IS 'Other notes';
COMMENT ON COLUMN memorabilia.created_at IS 'When it was created';

COMMENT ON TABLE message_ops IS 'The outcomes of changes that carried an `op`, so that a repeated change returns its first outcome and is not applied again. Holds no text. Written only by podium.amend';
COMMENT ON COLUMN message_ops.op IS 'The client''s id of the change, unique within its pod';
COMMENT ON COLUMN message_ops.user_id IS 'The person who made the change; a repeat by anyone else is a conflict';
COMMENT ON COLUMN message_ops.seq IS 'The outcome: the `changed_seq` that the change took, or the message''s current one if there was nothing to change';
COMMENT ON COLUMN message_ops.created_at IS 'When the change was made';

COMMENT ON TABLE messages IS 'The pods'' logs: texts, and lines about memberships. Written only by functions of the schema podium';
COMMENT ON COLUMN messages.id IS 'The client''s id, by which a repeated send is recognized; a UUIDv7 for lines. Unique within its pod';
COMMENT ON COLUMN messages.pod_id IS 'The pod whose log it belongs to';
COMMENT ON COLUMN messages.seq IS 'The position in the log: 1, 2, 3 …, in commit order, without gaps';
COMMENT ON COLUMN messages.changed_seq IS 'The position of the newest change to this message, from the same counter; initially `seq`';
COMMENT ON COLUMN messages.user_id IS 'The author of the text; for a line, the person concerned';
COMMENT ON COLUMN messages.mentions IS 'The members whom the text mentions';
COMMENT ON COLUMN messages.data IS 'Further data: `{"reactions": {emoji: [user_id]}}`; `{"by": uuid}` for a line that a person other than `user_id` caused';
COMMENT ON COLUMN messages.last_op IS 'The `op` of the newest edit, deletion or reaction';
COMMENT ON COLUMN messages.created_at IS 'When it was stored; ascends with seq as far as the server''s clock does';
COMMENT ON COLUMN messages.deleted_at IS 'When its author deleted it; the text is empty since then';

COMMENT ON TABLE nodes IS 'The running nodes. Each updates its row once a second, and reads from the other rows which nodes are alive';
COMMENT ON COLUMN nodes.boot_id IS 'New at every start, which distinguishes a restarted node from the one that died';
COMMENT ON COLUMN nodes.seen_at IS 'The time of the last update, by the database''s clock';
COMMENT ON COLUMN nodes.bus_ok IS 'Whether the node receives messages of the bus';

COMMENT ON TABLE pod_admissions IS 'The owner''s decisions about people who may join a pod or are barred from it; the newest counts. Without a row the pod''s join_policy decides';
COMMENT ON COLUMN pod_admissions.admitted IS 'True: may join, even if the join policy is `invite`. False: was removed, and is barred';
COMMENT ON COLUMN pod_admissions.at IS 'When the owner decided';

COMMENT ON TABLE pod_flags IS 'A member''s private marks on a pod. Deleted with the membership';
COMMENT ON COLUMN pod_flags.pinned_at IS 'When the pod was pinned; NULL if it is not pinned';
COMMENT ON COLUMN pod_flags.unread_from IS 'The member''s `read_seq` when they marked the pod as unread; the mark ends when `read_seq` advances. NULL if there is no mark';

COMMENT ON TABLE pod_members IS 'The current members of a pod. Written only by functions of the schema podium, which also write the lines of the log';
COMMENT ON COLUMN pod_members.event_id IS 'The pod''s event, which the member must belong to';
COMMENT ON COLUMN pod_members.role IS '`member` or `owner`; a pod with members has exactly one owner';
COMMENT ON COLUMN pod_members.seat IS 'The lowest seat that was free when the member joined';
COMMENT ON COLUMN pod_members.seats IS 'The pod''s number of seats, kept equal by a foreign key, so that the check on `seat` can read it';
COMMENT ON COLUMN pod_members.read_seq IS 'The position up to which the member has read; never moves back';
COMMENT ON COLUMN pod_members.since_seq IS 'The seq of the member''s own `joined` line: older entries stay hidden from them';
COMMENT ON COLUMN pod_members.joined_at IS 'When the member joined, which is the time of the `joined` line';

COMMENT ON TABLE pods IS 'Small groups inside an event, each with a log. Written only by functions of the schema podium. A pod is closed and not deleted, since ids of its messages must answer retries';
COMMENT ON COLUMN pods.id IS 'Chosen by the client that opened the pod, or a UUIDv7';
COMMENT ON COLUMN pods.name IS 'The name, 1 to 80 characters';
COMMENT ON COLUMN pods.kind IS '`crew`; later kinds are for matched people';
COMMENT ON COLUMN pods.seats IS 'The number of seats, which never changes';
COMMENT ON COLUMN pods.join_policy IS '`open` to all members of the event, or `invite`: only for people whom the owner has admitted';
COMMENT ON COLUMN pods.last_seq IS 'The head: the highest seq of the log. Members read it through podium.head';
COMMENT ON COLUMN pods.created_by IS 'The person who opened it, its first owner';
COMMENT ON COLUMN pods.revision IS 'The number of changes of name and join policy, by which nodes find changes that the bus has lost';
COMMENT ON COLUMN pods.wall_seq IS 'The number of the event''s feed that the last change of the pod''s card has';
COMMENT ON COLUMN pods.wall_from IS 'The number of the event''s feed that the opening has; NULL within the transaction that opens the pod';

COMMENT ON TABLE posts IS 'Posts on an event''s wall';
COMMENT ON COLUMN posts.id IS 'Chosen by the client that created the post, or a UUIDv7';
COMMENT ON COLUMN posts.user_id IS 'The author';
COMMENT ON COLUMN posts.body IS 'The content, an object that depends on the kind';
COMMENT ON COLUMN posts.created_at IS 'When it was created';

COMMENT ON TABLE profiles IS 'People. Rows are never deleted, since the logs refer to them: a deleted profile keeps a row without personal data';
COMMENT ON COLUMN profiles.display_name IS 'The name that other people see, 1 to 80 characters';
COMMENT ON COLUMN profiles.email IS 'The address, visible to the person only; from the token or the account';
COMMENT ON COLUMN profiles.avatar_url IS 'The address of the picture';
COMMENT ON COLUMN profiles.ig_url IS 'The Instagram page; visible to others only with `reveal_ig`';
COMMENT ON COLUMN profiles.created_at IS 'When the profile was created, at the person''s first request';
COMMENT ON COLUMN profiles.updated_at IS 'When the row last changed; set by a trigger';
COMMENT ON COLUMN profiles.deleted_at IS 'When the profile was deleted: since then the name is a placeholder and the other data is empty';

COMMENT ON TABLE refresh_tokens IS 'Refresh tokens by hash. Used ones are kept, since a used token that is presented again indicates theft';
COMMENT ON COLUMN refresh_tokens.sign_in_id IS 'The sign-in that the token belongs to';
COMMENT ON COLUMN refresh_tokens.issued_at IS 'When it was issued';
COMMENT ON COLUMN refresh_tokens.used_at IS 'When it was first exchanged for its successor';
COMMENT ON COLUMN refresh_tokens.successor IS 'The hash of its successor';
COMMENT ON COLUMN refresh_tokens.seen_at IS 'When an access token that was issued with it was first presented, which shows that the answer arrived';

COMMENT ON TABLE reports IS 'Reports to the moderators. An open report lets them read its target, and nothing else';
COMMENT ON COLUMN reports.id IS 'Chosen by the client that filed it, or a UUIDv7';
COMMENT ON COLUMN reports.reporter IS 'The person who filed it';
COMMENT ON COLUMN reports.target_id IS 'The id of the target; no foreign key, since a report outlives its target';
COMMENT ON COLUMN reports.pod_id IS 'The pod of a reported message, whose id is unique within its pod only; set by a trigger to a pod that the reporter may read';
COMMENT ON COLUMN reports.reason IS 'The reason, in the reporter''s words';
COMMENT ON COLUMN reports.resolved_at IS 'When a moderator resolved it; it gives access to nothing since then';
COMMENT ON COLUMN reports.resolved_by IS 'The moderator who resolved it';

COMMENT ON TABLE sign_ins IS 'Devices that are signed in to an account; each has one chain of refresh tokens. An ended sign-in stays for a day, so that every node learns of it';
COMMENT ON COLUMN sign_ins.user_id IS 'The person who signed in';
COMMENT ON COLUMN sign_ins.user_agent IS 'The User-Agent header of the last use, at most 300 characters';
COMMENT ON COLUMN sign_ins.address IS 'The network address of the last use';
COMMENT ON COLUMN sign_ins.last_used_at IS 'When its tokens were last renewed';
COMMENT ON COLUMN sign_ins.expires_at IS 'When it ends if it is not used before';
COMMENT ON COLUMN sign_ins.paid_until IS 'The rate limit of renewals: each adds ten seconds; a value that is more than ten minutes in the future is too often';
COMMENT ON COLUMN sign_ins.ended_at IS 'When it ended; its tokens are invalid since then';

COMMENT ON TABLE podium.event_children IS 'The tables that depend on an event, and whether their rows prevent its deletion. Written by migrations, read by podium.event_delete';
COMMENT ON COLUMN podium.event_children.child IS 'The table, with its schema unless that is public';
COMMENT ON COLUMN podium.event_children.parent IS 'The table that it refers to: `events`, or another table listed here, whose key is `id`';
COMMENT ON COLUMN podium.event_children.link IS 'The column that refers to the parent''s row';
COMMENT ON COLUMN podium.event_children.blocks IS '`others`: a row of anyone but the event''s creator prevents the deletion. `always`: any row does, and its foreign key is RESTRICT. `never`: no row does';
COMMENT ON COLUMN podium.event_children.persons IS 'With `others`, the columns that name the owner of a row; a NULL names nobody';
COMMENT ON COLUMN podium.event_children.lock_rank IS 'For a table that others refer to: its place in the lock order';

COMMENT ON TABLE podium.functions IS 'The version of each function that is applied. A lower number is never applied over a higher one, so that a restarted older node does not restore an old text';
COMMENT ON COLUMN podium.functions.signature IS 'The function''s name and argument types, as regprocedure prints them';
COMMENT ON COLUMN podium.functions.number IS 'The version of the text in sql/functions';
COMMENT ON COLUMN podium.functions.hash IS 'SHA-256 of the text, in hexadecimal; NULL for a function that a migration made';
COMMENT ON COLUMN podium.functions.migrated IS 'The definition by the migrations before this table, which its down.sql restores; NULL for a newer function';
COMMENT ON COLUMN podium.functions.applied_at IS 'When this version was applied';

COMMENT ON VIEW podium.people IS 'The people whom the caller may see: themselves, members of their events who are not hidden, current and former members of their pods since they joined, and authors of posts and media in their events. Query it by id: the planner cannot push a join into it';
COMMENT ON COLUMN podium.people.avatar_url IS 'The address of the picture, if it is https';
COMMENT ON COLUMN podium.people.ig_url IS 'The Instagram page, if the person reveals it and it is at Instagram';

COMMENT ON TYPE podium.change IS 'The result of a membership function: a row for each new line of a log, ordered by (pod_id, seq), or a single row without id. `code` and `seat` are the same in all rows; the comment of each function lists its codes';
COMMENT ON TYPE media_kind IS 'The kind of a media item';
COMMENT ON TYPE post_kind IS 'The kind of a post';
COMMENT ON TYPE report_target IS 'The kind of a report''s target';
COMMENT ON SCHEMA podium IS 'Podium''s functions and views, and records about its own schema. Its tables are in the schema public';
