SET LOCAL lock_timeout = '5s';

COMMENT ON TABLE accounts IS 'People who sign in with a password of their own. Gone as soon as the profile is a tombstone';
COMMENT ON COLUMN accounts.email IS 'Where mails go: as it was written, in NFC, the domain in its ASCII form';
COMMENT ON COLUMN accounts.email_key IS 'By what the account is found: `email` in small letters, made by the program';
COMMENT ON COLUMN accounts.password_hash IS 'argon2id in PHC form';
COMMENT ON COLUMN accounts.role IS '`moderator`, or nothing; goes into the access tokens. Set by `podium role` alone';
COMMENT ON COLUMN accounts.verified_at IS 'When somebody first followed a link that was mailed there';
COMMENT ON COLUMN accounts.created_at IS 'When it was opened';
COMMENT ON COLUMN accounts.password_changed_at IS 'When the password was last chosen';

COMMENT ON TABLE event_departures IS 'Who left an event lately, so that their sessions on every node end where that stands among what is told. Written by a trigger, which also takes away what is older than an hour';
COMMENT ON COLUMN event_departures.wall_seq IS 'The number of the event''s wall under which they left';
COMMENT ON COLUMN event_departures.user_id IS 'Who; no foreign key, since it says nothing about the profile';
COMMENT ON COLUMN event_departures.at IS 'When';

COMMENT ON TABLE event_members IS 'Who belongs to an event''s community. Rows go only through podium.leave_event, which leaves the event''s pods first';
COMMENT ON COLUMN event_members.vibe_badges IS 'At most five `{key, label, emoji}`';
COMMENT ON COLUMN event_members.hidden IS 'Whether the member stays out of lists that others see';
COMMENT ON COLUMN event_members.role IS '`member`, or `host`: named by the event''s maker, may change the meet point';
COMMENT ON COLUMN event_members.joined_at IS 'When the person came';

COMMENT ON TABLE event_removals IS 'What is gone from an event''s feed lately, so that each node tells it where it stands among what is told. Written by a trigger, which also takes away what is older than an hour';
COMMENT ON COLUMN event_removals.wall_seq IS 'The number of the event''s feed under which it went';
COMMENT ON COLUMN event_removals.kind IS 'What it was; `member` for a person who left';
COMMENT ON COLUMN event_removals.id IS 'Which of its kind; no foreign key, since it is gone';
COMMENT ON COLUMN event_removals.removed_at IS 'When';

COMMENT ON COLUMN events.id IS 'Made by the client that created the event, or UUIDv7';
COMMENT ON COLUMN events.slug IS 'The name in addresses: small letters, digits and single hyphens; never looks like a UUID';
COMMENT ON COLUMN events.artist IS 'Who plays, 1 to 200 characters';
COMMENT ON COLUMN events.city IS 'Where, 1 to 200 characters';
COMMENT ON COLUMN events.venue IS 'The house or field, 1 to 200 characters';
COMMENT ON COLUMN events.ends_at IS 'When it ends, if known: at most 31 days after `date_utc`. Without it the event is on for 12 hours';
COMMENT ON COLUMN events.time_zone IS 'The IANA name of the zone in which the event''s times are told; UTC if NULL';
COMMENT ON COLUMN events.created_by IS 'Its maker, who may change and cancel it';
COMMENT ON COLUMN events.meet_point_public IS 'Whether the meet point may be read by those who are not members';
COMMENT ON COLUMN events.wall_seq IS 'The head of the event''s wall, as `pods.last_seq` is of a pod''s log: each change that the event''s topic tells takes the next number';
COMMENT ON COLUMN events.created_at IS 'When the row was made';
COMMENT ON COLUMN events.updated_at IS 'When the row last changed; kept by a trigger';
COMMENT ON COLUMN events.cancelled_at IS 'When its maker called it off';
COMMENT ON COLUMN events.twin IS 'Whether another event of the same artist, venue and day was there before such were refused';

COMMENT ON TABLE invites IS 'Links that let whoever opens them into a pod and its event. Written by the functions of schema podium alone, under the pod''s lock';
COMMENT ON COLUMN invites.id IS 'Made by the client that made the link, or UUIDv7';
COMMENT ON COLUMN invites.pod_id IS 'The pod that it leads into';
COMMENT ON COLUMN invites.code IS 'What the link ends with, and whoever knows it may come in by: 22 letters and digits at random';
COMMENT ON COLUMN invites.created_by IS 'The member who made it';
COMMENT ON COLUMN invites.created_at IS 'When it was made';
COMMENT ON COLUMN invites.expires_at IS 'From when on it lets nobody in; never if NULL';
COMMENT ON COLUMN invites.uses IS 'How many it lets in, 1 to 1,000; any number if NULL';
COMMENT ON COLUMN invites.used IS 'How many it has let in';
COMMENT ON COLUMN invites.revoked_at IS 'When its maker or the pod''s owner took it back, or the owner removed its maker';

COMMENT ON TABLE mail_tokens IS 'What was mailed to an account''s address, by its hash; a row goes when its token is used';
COMMENT ON COLUMN mail_tokens.hash IS 'SHA-256 of the token in the link';
COMMENT ON COLUMN mail_tokens.user_id IS 'Whose address';
COMMENT ON COLUMN mail_tokens.purpose IS '`verify` confirms the address, `reset` chooses a new password';
COMMENT ON COLUMN mail_tokens.created_at IS 'When it was mailed';
COMMENT ON COLUMN mail_tokens.expires_at IS 'Until when it may be used';

COMMENT ON COLUMN media.id IS 'Made by the client that shared it, or UUIDv7';
COMMENT ON COLUMN media.owner_id IS 'Who shared it';
COMMENT ON COLUMN media.pod_id IS 'The pod that alone sees it; NULL for the whole event';
COMMENT ON COLUMN media.url IS 'Where the file is';

COMMENT ON TABLE meet_points IS 'Where an event''s community meets';
COMMENT ON COLUMN meet_points.title IS '1 to 200 characters';
COMMENT ON COLUMN meet_points.when_local IS 'The time on the clocks there, in the event''s `time_zone`; the one time that is not in UTC, since it must not shift when the zone''s rules do';
COMMENT ON COLUMN meet_points.created_by IS 'Who named it';
COMMENT ON COLUMN meet_points.updated_at IS 'When the row last changed; kept by a trigger';

COMMENT ON TABLE memorabilia IS 'What a person keeps of an event, for themself alone';
COMMENT ON COLUMN memorabilia.id IS 'Made by the client, or UUIDv7';
COMMENT ON COLUMN memorabilia.user_id IS 'Whose it is';
COMMENT ON COLUMN memorabilia.opener_guess IS 'The song they thought would open';
COMMENT ON COLUMN memorabilia.crowd_energy IS 'From 0 to 10';
COMMENT ON COLUMN memorabilia.notes IS 'Anything else';
COMMENT ON COLUMN memorabilia.created_at IS 'When it was written';

COMMENT ON TABLE message_ops IS 'The outcomes of changes that carried an id of their own, so that a repeat is answered and not done again. It holds no words. Written by podium.amend alone';
COMMENT ON COLUMN message_ops.op IS 'The client''s own id of the change; it counts within its pod';
COMMENT ON COLUMN message_ops.user_id IS 'Who asked; nobody else is answered';
COMMENT ON COLUMN message_ops.seq IS 'What was answered: the changed_seq that the change took, or that the message had if nothing was to change';
COMMENT ON COLUMN message_ops.created_at IS 'When it was done';

COMMENT ON TABLE messages IS 'The pods'' logs: texts, and lines about comings and goings. Written by the functions of schema podium alone';
COMMENT ON COLUMN messages.id IS 'The client''s own id, the key of safe retries; UUIDv7 for lines. It counts within its pod';
COMMENT ON COLUMN messages.pod_id IS 'The pod whose log this is';
COMMENT ON COLUMN messages.seq IS 'The place in the log: 1, 2, 3 …, in order of commit, without a gap';
COMMENT ON COLUMN messages.changed_seq IS 'The place of the newest change to this message, from the same counter; `seq` at first';
COMMENT ON COLUMN messages.user_id IS 'Who wrote the text; for a line, the person concerned';
COMMENT ON COLUMN messages.mentions IS 'The members whom the text names';
COMMENT ON COLUMN messages.data IS 'What else the kind needs: `{"by": uuid}` where somebody else than `user_id` did it';
COMMENT ON COLUMN messages.last_op IS 'The id of the newest edit, deletion or reaction, the key of its safe retry';
COMMENT ON COLUMN messages.created_at IS 'When it was stored; ascends with seq as far as the server''s clock does';
COMMENT ON COLUMN messages.deleted_at IS 'When its author took it back; the text is empty since';

COMMENT ON TABLE nodes IS 'The running nodes: each keeps its row fresh, and reads from the others'' rows who is alive';
COMMENT ON COLUMN nodes.boot_id IS 'Made anew at every start, so that a node which came back is not taken for the one that died';
COMMENT ON COLUMN nodes.seen_at IS 'The last beat, by the database''s clock';
COMMENT ON COLUMN nodes.bus_ok IS 'Whether the node hears the bus';

COMMENT ON TABLE pod_admissions IS 'Whom a pod''s owner has let in or keeps out; the last word counts. Without a row the pod''s join_policy decides';
COMMENT ON COLUMN pod_admissions.admitted IS 'True: may join, even where the pod is for the invited. False: was removed, and is barred';
COMMENT ON COLUMN pod_admissions.at IS 'When';

COMMENT ON TABLE pod_flags IS 'What a member marks a pod with for themselves; gone with the membership';
COMMENT ON COLUMN pod_flags.pinned_at IS 'When it was pinned; NULL if it is not';
COMMENT ON COLUMN pod_flags.unread_from IS 'The member''s read_seq when they marked the pod as unread; the mark ends when read_seq moves on. NULL if it is not marked';

COMMENT ON TABLE pod_members IS 'Who sits in a pod now. Written by the functions of schema podium alone, which write the log''s lines with it';
COMMENT ON COLUMN pod_members.event_id IS 'The pod''s event, of which one must be a member';
COMMENT ON COLUMN pod_members.role IS '`member`, or `owner`; a pod has one owner as long as it has members';
COMMENT ON COLUMN pod_members.seat IS 'The lowest that was free at the coming';
COMMENT ON COLUMN pod_members.seats IS 'The pod''s seats, held equal by a foreign key, so that the check on `seat` can read it';
COMMENT ON COLUMN pod_members.read_seq IS 'Up to where the member has read; never moves back';
COMMENT ON COLUMN pod_members.since_seq IS 'The seq of the member''s own `joined` line: what was before it stays hidden from them';
COMMENT ON COLUMN pod_members.joined_at IS 'When the member came, the time of the `joined` line';

COMMENT ON TABLE pods IS 'Crews inside an event, with a log each. Written by the functions of schema podium alone; closed, never deleted, while their messages'' ids must answer retries';
COMMENT ON COLUMN pods.id IS 'Made by the client that opened the pod, or UUIDv7';
COMMENT ON COLUMN pods.name IS '1 to 80 characters';
COMMENT ON COLUMN pods.kind IS '`crew`; later kinds seat matched people';
COMMENT ON COLUMN pods.seats IS 'How many members it may have; fixed at birth';
COMMENT ON COLUMN pods.join_policy IS '`open` to the event''s members, or `invite`: only whom the owner admitted';
COMMENT ON COLUMN pods.last_seq IS 'The head: the highest seq of the log. Members read it through podium.head';
COMMENT ON COLUMN pods.created_by IS 'Its maker, who was its first owner';
COMMENT ON COLUMN pods.revision IS 'Counts the changes of name and join policy, for nodes to find those that the bus has lost';
COMMENT ON COLUMN pods.wall_seq IS 'The number of the event''s wall under which what the event''s members see of the pod last changed';
COMMENT ON COLUMN pods.wall_from IS 'The number under which it was opened; NULL inside the transaction that opens it';

COMMENT ON TABLE posts IS 'An event''s wall';
COMMENT ON COLUMN posts.id IS 'Made by the client that posted, or UUIDv7';
COMMENT ON COLUMN posts.user_id IS 'Who posted';
COMMENT ON COLUMN posts.body IS 'What the kind needs, an object';
COMMENT ON COLUMN posts.created_at IS 'When it was posted';

COMMENT ON TABLE profiles IS 'People. A row is never deleted, since the logs name it: a person who goes leaves a tombstone';
COMMENT ON COLUMN profiles.display_name IS 'The name that others see, 1 to 80 characters';
COMMENT ON COLUMN profiles.email IS 'For the person alone; from the token or the account';
COMMENT ON COLUMN profiles.avatar_url IS 'Where the picture is';
COMMENT ON COLUMN profiles.ig_url IS 'The Instagram page; others see it only if `reveal_ig`';
COMMENT ON COLUMN profiles.created_at IS 'When the person was first seen';
COMMENT ON COLUMN profiles.updated_at IS 'When the row last changed; kept by a trigger';
COMMENT ON COLUMN profiles.deleted_at IS 'Since when this is a tombstone: the name is a placeholder and the rest is empty';

COMMENT ON TABLE refresh_tokens IS 'Refresh tokens by their hash, the used ones too: one that comes back tells of a thief';
COMMENT ON COLUMN refresh_tokens.sign_in_id IS 'The family';
COMMENT ON COLUMN refresh_tokens.issued_at IS 'When it was given out';
COMMENT ON COLUMN refresh_tokens.used_at IS 'When it was first exchanged for the next one';
COMMENT ON COLUMN refresh_tokens.successor IS 'The hash of that next one';
COMMENT ON COLUMN refresh_tokens.seen_at IS 'When an access token that was handed out with it was first brought: so its answer arrived';

COMMENT ON TABLE reports IS 'What people bring before the moderators. A report opens what it names, and nothing else, to them';
COMMENT ON COLUMN reports.id IS 'Made by the client that filed it, or UUIDv7';
COMMENT ON COLUMN reports.reporter IS 'Who filed it';
COMMENT ON COLUMN reports.target_id IS 'The id of what it names; no foreign key, since a report outlives it';
COMMENT ON COLUMN reports.pod_id IS 'The pod of a reported message, whose id counts within its pod; set by a trigger to one that the reporter may read';
COMMENT ON COLUMN reports.reason IS 'In the reporter''s words';
COMMENT ON COLUMN reports.resolved_at IS 'When a moderator closed it; it opens nothing any more';
COMMENT ON COLUMN reports.resolved_by IS 'Which moderator';

COMMENT ON TABLE sign_ins IS 'Devices that are signed in to an account: each is one family of refresh tokens. Ended ones stay for a day, so that every node learns of it';
COMMENT ON COLUMN sign_ins.user_id IS 'Who signed in';
COMMENT ON COLUMN sign_ins.user_agent IS 'What the device last said it was, at most 300 characters';
COMMENT ON COLUMN sign_ins.address IS 'From where it was last used';
COMMENT ON COLUMN sign_ins.last_used_at IS 'When it last renewed its tokens';
COMMENT ON COLUMN sign_ins.expires_at IS 'When it ends unless it is used before';
COMMENT ON COLUMN sign_ins.paid_until IS 'Each renewal adds ten seconds; what lies more than ten minutes ahead is too often';
COMMENT ON COLUMN sign_ins.ended_at IS 'Since when none of its tokens is good any more';

COMMENT ON TABLE podium.event_children IS 'The tables that hang on an event, and whose rows keep it from being deleted. Written by migrations, read by podium.event_delete';
COMMENT ON COLUMN podium.event_children.child IS 'The table, with its schema unless that is public';
COMMENT ON COLUMN podium.event_children.parent IS 'What it hangs on: `events`, or another table named here, whose key is `id`';
COMMENT ON COLUMN podium.event_children.link IS 'Its column that names the parent''s row';
COMMENT ON COLUMN podium.event_children.blocks IS '`others`: a row of anybody but the event''s maker keeps the event. `always`: any row does, and its foreign key is RESTRICT. `never`: its rows are nobody''s';
COMMENT ON COLUMN podium.event_children.persons IS 'With `others`, the columns that say whose a row is; one that is NULL names nobody';
COMMENT ON COLUMN podium.event_children.lock_rank IS 'For a table on which others hang: its place in the order of locks';

COMMENT ON TABLE podium.functions IS 'Which text of each function is applied. A lower number is never applied over a higher one, so that an older node that restarts puts nothing back';
COMMENT ON COLUMN podium.functions.signature IS 'Its name and the types of its arguments, as regprocedure prints them';
COMMENT ON COLUMN podium.functions.number IS 'The number of the text in sql/functions';
COMMENT ON COLUMN podium.functions.hash IS 'SHA-256 of the text, in hexadecimal; NULL for one that a migration made';
COMMENT ON COLUMN podium.functions.migrated IS 'The definition by the migrations before this table, which its down.sql puts back; NULL for one that is newer';
COMMENT ON COLUMN podium.functions.applied_at IS 'When this text was applied';

COMMENT ON VIEW podium.people IS 'The people whom the caller may see: themself, members of their events who do not hide, whoever is or was in their pods since they came, authors on their events'' walls. Ask by id: a join does not reach through the view';
COMMENT ON COLUMN podium.people.avatar_url IS 'Where the picture is, if that is an https address';
COMMENT ON COLUMN podium.people.ig_url IS 'The Instagram page of one who reveals it, if it is at Instagram';

COMMENT ON TYPE podium.change IS 'What a membership function answers: a row for each new line of a log, in order of (pod_id, seq), or a single row without id. code and seat are the same in all rows; code is ok, pod_full, not_member, not_found, forbidden, conflict or invalid';
COMMENT ON TYPE media_kind IS 'What a medium is';
COMMENT ON TYPE post_kind IS 'What a post is';
COMMENT ON TYPE report_target IS 'What a report names';
COMMENT ON SCHEMA podium IS 'Functions and views of Podium, and what it keeps about its own schema; its tables stand in public';
