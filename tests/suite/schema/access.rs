//! The access table of docs/ACCESS.md, walked straight in SQL as `podium_user`: every table, every kind of caller,
//! every verb. A handler that forgets to check meets exactly this.

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::support::database::Database;
use crate::support::people::id;

/// The kinds of caller, in the order of the columns below. A caller's letter is also the last byte of their id, so that
/// `{p}` in the SQL below is the pod member's id.
const CALLERS: [(char, &str); 12] = [
    ('a', "anyone: not signed in"),
    ('s', "stranger: not in the event, but owner of a pod in another one"),
    ('e', "event member; opened a pod once that is closed now"),
    ('x', "ex-member: left the pod, stays in the event"),
    ('b', "barred: removed from the pod, stays in the event"),
    ('p', "pod member"),
    ('n', "newcomer: joined the pod after its first messages; hidden in the event's list"),
    ('o', "owner of the pod"),
    ('h', "host: event member whom the event's maker named"),
    ('k', "maker of the event, not a member of it"),
    ('m', "moderator, while no report is filed"),
    ('r', "moderator, with reports"),
];

/// Event `E` with its people, pod `P` with its history, and what lies around them; event `F` with the stranger's pod
/// `Q`; event `G` of the same maker, empty. `{z}` is one more member of event and pod, whose rows the others try to
/// reach; `{v}` was in the pod, wrote, and left the event before the newcomer came.
const CAST: &str = "
    INSERT INTO profiles (id, display_name, email, ig_url, reveal_ig)
      SELECT p, 'Person', 'person@example.org', 'https://instagram.com/person', p = '{o}'
      FROM unnest('{{s},{e},{x},{b},{p},{n},{o},{h},{k},{m},{r},{z},{v}}'::uuid[]) p;
    INSERT INTO events (id, slug, artist, city, venue, date_utc, created_by, meet_point_public) VALUES
      ('{E}', 'e', 'Artist', 'City', 'One venue', now(), '{k}', false),
      ('{F}', 'f', 'Artist', 'City', 'Another', now(), '{s}', true),
      ('{G}', 'g', 'Artist', 'City', 'A third', now(), '{k}', false);
    INSERT INTO event_members (event_id, user_id, hidden)
      SELECT '{E}', p, p = '{n}' FROM unnest('{{e},{x},{b},{p},{n},{o},{h},{z},{v}}'::uuid[]) p;
    INSERT INTO event_members (event_id, user_id) VALUES ('{F}', '{s}');
    UPDATE event_members SET role = 'host' WHERE user_id = '{h}';
    SELECT podium.pod_open('{P}', '{E}', '{o}', 'Crew', 'open');
    SELECT podium.pod_join('{P}', '{p}');
    SELECT podium.pod_join('{P}', '{z}');
    SELECT podium.pod_join('{P}', '{v}');
    SELECT podium.append('{{P}}', '{{5}}', '{{v}}', '{by one who left the event}');
    SELECT podium.leave_event('{E}', '{v}');
    SELECT podium.event_remove('{E}', '{k}', '{v}');
    SELECT podium.event_remove('{F}', '{s}', '{r}');
    SELECT podium.pod_join('{P}', '{x}');
    SELECT podium.append('{{P}}', '{{4}}', '{{x}}', '{by the ex-member}');
    SELECT podium.invite_make('{4}', '{P}', '{x}', repeat('x', 22), NULL, NULL);
    SELECT podium.pod_leave('{P}', '{x}');
    SELECT podium.pod_join('{P}', '{b}');
    SELECT podium.append('{{P},{P},{P}}', '{{1},{2},{3}}', '{{z},{z},{z}}', '{reported,old,report resolved}');
    SELECT podium.pod_remove('{P}', '{o}', '{b}');
    INSERT INTO media (id, owner_id, event_id, pod_id, url, kind, created_at) VALUES
      ('{1}', '{z}', '{E}', '{P}', 'reported', 'image', clock_timestamp()),
      ('{2}', '{z}', '{E}', '{P}', 'old', 'image', clock_timestamp());
    SELECT podium.pod_join('{P}', '{n}');
    SELECT podium.append('{{P}}', '{{7}}', '{{z}}', '{new}');
    SELECT podium.amend('{{P}}', '{{7}}', '{{z}}', '{on}', '{👍}', '{{6}}');
    UPDATE messages SET edited_at = now(), changed_seq = 100 WHERE id = '{2}';
    UPDATE pods SET last_seq = 100 WHERE id = '{P}';
    INSERT INTO media (id, owner_id, event_id, pod_id, url, kind, created_at) VALUES
      ('{7}', '{z}', '{E}', '{P}', 'new', 'image', clock_timestamp()),
      ('{8}', '{z}', '{E}', NULL, 'the event''s', 'image', clock_timestamp());
    INSERT INTO pod_flags (pod_id, user_id, pinned_at) SELECT '{P}', user_id, now() FROM pod_members WHERE pod_id = '{P}' AND user_id <> '{p}';
    INSERT INTO media (owner_id, event_id, url, kind)
      SELECT user_id, '{E}', 'own', 'video' FROM event_members WHERE event_id = '{E}' AND user_id <> '{z}';
    SELECT podium.pod_open('{I}', '{E}', '{z}', 'By invitation', 'invite');
    SELECT podium.pod_admit('{I}', '{z}', '{h}');
    SELECT podium.invite_make('{1}', '{P}', '{z}', repeat('P', 22), NULL, NULL);
    SELECT podium.invite_make('{2}', '{I}', '{z}', repeat('I', 22), NULL, NULL);
    SELECT podium.pod_open('{C}', '{E}', '{e}', 'Closed', 'open');
    SELECT podium.pod_close('{C}', '{e}');
    SELECT podium.pod_open('{Q}', '{F}', '{s}', 'Elsewhere', 'open');
    SELECT podium.append('{{Q}}', '{{1}}', '{{s}}', '{the same id in another pod}');
    INSERT INTO posts (id, event_id, user_id, kind, body)
      SELECT CASE WHEN user_id = '{z}' THEN '{8}'::uuid ELSE podium.uuid_v7() END, '{E}', user_id, 'text', '{\"text\": \"x\"}'
      FROM event_members WHERE event_id = '{E}' AND user_id <> '{n}';
    INSERT INTO comments (id, post_id, event_id, user_id, text)
      SELECT CASE WHEN user_id = '{z}' THEN '{8}'::uuid ELSE podium.uuid_v7() END, '{8}', '{E}', user_id, 'Text'
      FROM event_members WHERE event_id = '{E}' AND user_id <> '{n}';
    INSERT INTO reactions (post_id, event_id, user_id, emoji)
      SELECT '{8}', '{E}', user_id, '🔥' FROM event_members WHERE event_id = '{E}' AND user_id <> '{n}';
    INSERT INTO memorabilia (event_id, user_id) SELECT event_id, user_id FROM event_members UNION SELECT '{F}'::uuid, '{h}'::uuid;
    INSERT INTO posts (id, event_id, user_id, kind, body) VALUES
      ('{6}', '{E}', '{z}', 'poll', '{\"question\": \"Which?\", \"options\": [\"A\", \"B\"], \"mode\": \"single\", \"results\": \"closed\"}'),
      ('{5}', '{E}', '{z}', 'hype', '{\"text\": \"Soon\"}');
    INSERT INTO ballots (post_id, user_id, mask) SELECT '{6}', user_id, 1 FROM event_members WHERE event_id = '{E}';
    INSERT INTO hype_taps (post_id, user_id, total) SELECT '{5}', user_id, 1 FROM event_members WHERE event_id = '{E}';
    INSERT INTO meet_points (event_id, title, created_by) VALUES ('{E}', 'Here', '{k}'), ('{F}', 'There', '{s}');
    INSERT INTO reports (id, reporter, target_type, target_id, reason, resolved_at) VALUES
      ('{1}', '{p}', 'message', '{1}', 'reason', NULL), ('{2}', '{p}', 'media', '{1}', 'reason', NULL),
      ('{3}', '{p}', 'message', '{3}', 'reason', now()), ('{4}', '{p}', 'profile', '{z}', 'reason', NULL);
    INSERT INTO nodes (node, boot_id, bus_ok) VALUES ('node', '{1}', true);
    INSERT INTO accounts (user_id, email, email_key, password_hash)
      SELECT p, p || '@example.org', p || '@example.org', 'hash' FROM unnest('{{s},{e},{x},{b},{p},{n},{o},{h},{k},{m},{r},{z}}'::uuid[]) p;
    INSERT INTO sign_ins (id, user_id, expires_at) SELECT user_id, user_id, now() + interval '1 day' FROM accounts;
    INSERT INTO refresh_tokens (hash, sign_in_id) SELECT sha256(user_id::text::bytea), user_id FROM accounts;
    INSERT INTO mail_tokens (hash, user_id, purpose, expires_at)
      SELECT sha256(user_id::text::bytea), user_id, 'reset', now() + interval '1 day' FROM accounts;
";

/// Each line: the table, what is tried, the SQL (`{me}` is the caller), and who may: a caller's letter where it is
/// allowed, a dot where it is refused, in the order of [`CALLERS`].
#[rustfmt::skip]
const TABLE: &[(&str, &str, &str, &str)] = &[
    // table            what                                 SQL
    // a s e x b p n o h k m r
    ("profiles",        "read one's own",                    "SELECT email FROM profiles WHERE id = {me}",                                                             ". s e x b p n o h k m r"),
    ("profiles",        "read another's",                    "SELECT FROM profiles WHERE id = '{z}'",                                                                  ". . . . . . . . . . . ."),
    ("profiles",        "insert for another",                "INSERT INTO profiles (id, display_name) VALUES ('{1}', 'Name')",                                         ". . . . . . . . . . . ."),
    ("profiles",        "update one's own",                  "UPDATE profiles SET display_name = 'Name' WHERE id = {me}",                                              ". s e x b p n o h k m r"),
    ("profiles",        "update another's",                  "UPDATE profiles SET display_name = 'Name' WHERE id = '{z}'",                                             ". . . . . . . . . . . ."),
    ("profiles",        "become another",                    "UPDATE profiles SET id = '{1}' WHERE id = {me}",                                                         ". . . . . . . . . . . ."),
    ("profiles",        "delete one's own",                  "DELETE FROM profiles WHERE id = {me}",                                                                   ". . . . . . . . . . . ."),

    ("people",          "read a member's name",              "SELECT FROM podium.people WHERE id = '{z}'",                                                             ". . e x b p n o h k . r"),
    ("people",          "read a hidden member's name",       "SELECT FROM podium.people WHERE id = '{n}' AND {me} <> '{n}'",                                           ". . e x b p . o h . . ."),
    ("people",          "read who left before one came",     "SELECT FROM podium.people WHERE id = '{v}'",                                                             ". . . . . p . o . . . ."),
    ("people",          "read a page that is revealed",      "SELECT FROM podium.people WHERE id = '{o}' AND ig_url IS NOT NULL",                                      ". . e x b p n o h k . ."),
    ("people",          "read a page that is not",           "SELECT FROM podium.people WHERE id = '{z}' AND ig_url IS NOT NULL",                                      ". . . . . . . . . . . ."),
    ("people",          "insert",                            "INSERT INTO podium.people (id, display_name) VALUES ('{1}', 'Name')",                                    ". . . . . . . . . . . ."),
    ("people",          "update",                            "UPDATE podium.people SET display_name = 'Name' WHERE id = {me}",                                         ". . . . . . . . . . . ."),
    ("people",          "delete",                            "DELETE FROM podium.people WHERE id = {me}",                                                              ". . . . . . . . . . . ."),

    ("events",          "read",                              "SELECT FROM events WHERE id = '{E}'",                                                                    "a s e x b p n o h k m r"),
    ("events",          "insert one's own",                  "INSERT INTO events (slug, artist, city, venue, date_utc, created_by) VALUES ('i', 'A', 'C', 'V', now(), {me})", ". s e x b p n o h k m r"),
    ("events",          "insert in another's name",          "INSERT INTO events (slug, artist, city, venue, date_utc, created_by) VALUES ('i', 'A', 'C', 'V', now(), '{z}')", ". . . . . . . . . . . ."),
    ("events",          "update, cancel",                    "UPDATE events SET venue = 'V', cancelled_at = now() WHERE id = '{E}'",                                   ". . . . . . . . . k m r"),
    ("events",          "move the wall",                      "UPDATE events SET wall_seq = 0 WHERE id = '{E}'",                                                           ". . . . . . . . . . . ."),
    ("events",          "give away",                         "UPDATE events SET created_by = {me} WHERE id = '{E}'",                                                   ". . . . . . . . . . . ."),
    ("events",          "delete",                            "DELETE FROM events WHERE id = '{G}'",                                                                    ". . . . . . . . . . . ."),
    ("events",          "delete one without others",         "SELECT FROM podium.event_delete('{G}', {me}) WHERE code = 'ok'",                                         ". . . . . . . . . k . ."),
    ("events",          "delete one with others in it",      "SELECT FROM podium.event_delete('{E}', {me}) WHERE code = 'ok'",                                         ". . . . . . . . . . . ."),
    ("events",          "count the people who go there",     "SELECT FROM podium.event_counts('{E}')",                                                                 "a s e x b p n o h k m r"),
    ("events",          "name a host",                       "SELECT FROM podium.event_host('{E}', {me}, '{z}', true) code WHERE code = 'ok'",                         ". . . . . . . . . k . ."),
    ("events",          "list the hosts",                    "SELECT FROM podium.event_hosts('{E}')",                                                                  ". . e x b p n o h k m r"),
    ("events",          "set the number of a change",        "UPDATE events SET changed_seq = 9 WHERE id = '{E}'",                                                     ". . . . . . . . . . . ."),

    ("event_texts",     "read",                              "SELECT FROM event_texts WHERE event_id = '{E}'",                                                         ". . . . . . . . . . . ."),
    ("event_texts",     "insert",                            "INSERT INTO event_texts (event_id, folded) VALUES ('{E}', ' a') ON CONFLICT DO NOTHING",                 ". . . . . . . . . . . ."),
    ("event_texts",     "update",                            "UPDATE event_texts SET folded = ' a'",                                                                   ". . . . . . . . . . . ."),
    ("event_texts",     "delete",                            "DELETE FROM event_texts",                                                                                ". . . . . . . . . . . ."),
    ("searchable",      "read",                              "SELECT FROM podium.searchable WHERE id = '{E}'",                                                   "a s e x b p n o h k m r"),
    ("searchable",      "insert",                            "INSERT INTO podium.searchable (id, folded) VALUES ('{E}', ' a')",                                  ". . . . . . . . . . . ."),
    ("searchable",      "update",                            "UPDATE podium.searchable SET folded = ' a'",                                                             ". . . . . . . . . . . ."),
    ("searchable",      "delete",                            "DELETE FROM podium.searchable",                                                                          ". . . . . . . . . . . ."),

    ("event_members",   "read a member",                     "SELECT FROM event_members WHERE event_id = '{E}' AND user_id = '{z}'",                                   ". . e x b p n o h . m r"),
    ("event_members",   "read a hidden member",              "SELECT FROM event_members WHERE event_id = '{E}' AND user_id = '{n}'",                                   ". . . . . . n . . . m r"),
    ("event_members",   "join",                              "INSERT INTO event_members (event_id, user_id) VALUES ('{G}', {me})",                                     ". s e x b p n o h k m r"),
    ("event_members",   "join as host",                      "INSERT INTO event_members (event_id, user_id, role) VALUES ('{G}', {me}, 'host')",                       ". . . . . . . . . . . ."),
    ("event_members",   "make another join",                 "INSERT INTO event_members (event_id, user_id) VALUES ('{G}', '{z}')",                                    ". . . . . . . . . . . ."),
    ("event_members",   "update one's own",                  "UPDATE event_members SET hidden = true WHERE event_id = '{E}' AND user_id = {me}",                       ". . e x b p n o h . . ."),
    ("event_members",   "update another's",                  "UPDATE event_members SET hidden = true WHERE event_id = '{E}' AND user_id = '{z}'",                      ". . . . . . . . . . . ."),
    ("event_members",   "make oneself host",                 "UPDATE event_members SET role = 'host' WHERE event_id = '{E}' AND user_id = {me}",                       ". . . . . . . . . . . ."),
    ("event_members",   "delete one's own past the pods",    "DELETE FROM event_members WHERE user_id = {me}",                                                         ". . . . . . . . . . . ."),
    ("event_members",   "leave",                             "SELECT FROM podium.leave_event('{E}', {me}) WHERE code = 'ok'",                                          ". . e x b p n o h . . ."),
    ("event_members",   "bar another",                       "SELECT FROM podium.event_remove('{E}', {me}, '{z}') WHERE code = 'ok'",                                  ". . . . . . . . h k m r"),
    ("event_members",   "bar a host",                        "SELECT FROM podium.event_remove('{E}', {me}, '{h}') WHERE code = 'ok'",                                  ". . . . . . . . . k m r"),
    ("event_members",   "join where one is barred",          "INSERT INTO event_members (event_id, user_id) VALUES ('{F}', {me}) ON CONFLICT DO NOTHING RETURNING 1",   ". . e x b p n o h k m ."),

    ("event_bars",      "read one's own",                    "SELECT FROM event_bars WHERE event_id = '{F}' AND user_id = {me}",                                       ". . . . . . . . . . . r"),
    ("event_bars",      "read another's",                    "SELECT FROM event_bars WHERE event_id = '{E}' AND user_id = '{v}'",                                      ". . . . . . . . h k m r"),
    ("event_bars",      "insert",                            "INSERT INTO event_bars (event_id, user_id, by) VALUES ('{E}', '{z}', {me})",                             ". . . . . . . . . . . ."),
    ("event_bars",      "update",                            "UPDATE event_bars SET by = {me}",                                                                        ". . . . . . . . . . . ."),
    ("event_bars",      "delete",                            "DELETE FROM event_bars",                                                                                 ". . . . . . . . . . . ."),
    ("event_bars",      "let in",                            "SELECT FROM podium.event_admit('{E}', {me}, '{v}') code WHERE code = 'ok'",                              ". . . . . . . . h k m r"),

    ("event_departures","read",                               "SELECT FROM event_departures",                                                                              ". . . . . . . . . . . ."),
    ("event_departures","insert",                             "INSERT INTO event_departures (event_id, wall_seq, user_id) VALUES ('{E}', 1, {me})",                        ". . . . . . . . . . . ."),
    ("event_departures","update",                             "UPDATE event_departures SET at = now()",                                                                    ". . . . . . . . . . . ."),
    ("event_departures","delete",                             "DELETE FROM event_departures",                                                                              ". . . . . . . . . . . ."),
    ("event_removals",  "read",                               "SELECT FROM event_removals",                                                                               ". . . . . . . . . . . ."),
    ("event_removals",  "insert",                             "INSERT INTO event_removals (event_id, wall_seq, kind, id) VALUES ('{E}', 1, 'member', {me})",              ". . . . . . . . . . . ."),
    ("event_removals",  "update",                             "UPDATE event_removals SET removed_at = now()",                                                             ". . . . . . . . . . . ."),
    ("event_removals",  "delete",                             "DELETE FROM event_removals",                                                                               ". . . . . . . . . . . ."),
    ("event_children",  "read",                               "SELECT FROM podium.event_children",                                                                        ". . . . . . . . . . . ."),
    ("event_children",  "insert",                             "INSERT INTO podium.event_children (child, parent, link, blocks) VALUES ('nodes', 'events', 'id', 'never')",". . . . . . . . . . . ."),
    ("event_children",  "update",                             "UPDATE podium.event_children SET blocks = 'never'",                                                      ". . . . . . . . . . . ."),
    ("event_children",  "delete",                             "DELETE FROM podium.event_children",                                                                        ". . . . . . . . . . . ."),
    ("functions",       "read",                               "SELECT FROM podium.functions",                                                                             ". . . . . . . . . . . ."),
    ("functions",       "insert",                             "INSERT INTO podium.functions (signature, number) VALUES ('podium.f()', 1)",                                ". . . . . . . . . . . ."),
    ("functions",       "update",                             "UPDATE podium.functions SET number = 1000",                                                                ". . . . . . . . . . . ."),
    ("functions",       "delete",                             "DELETE FROM podium.functions",                                                                             ". . . . . . . . . . . ."),

    ("pods",            "read",                              "SELECT name FROM pods WHERE id = '{P}'",                                                                 ". . e x b p n o h . m r"),
    ("pods",            "read a closed one",                 "SELECT name FROM pods WHERE id = '{C}'",                                                                 ". . e . . . . . . . . ."),
    ("pods",            "read the head",                     "SELECT last_seq FROM pods WHERE id = '{P}'",                                                             ". . . . . . . . . . . ."),
    ("pods",            "read where it stands on the wall",   "SELECT wall_seq FROM pods WHERE id = '{P}'",                                                                ". . . . . . . . . . . ."),
    ("pods",            "ask for the head",                  "SELECT FROM podium.head('{P}') head WHERE head IS NOT NULL",                                             ". . . . . p n o . . . ."),
    ("pods",            "count the seats taken",             "SELECT FROM podium.seats_taken('{{P}}')",                                                                ". . e x b p n o h . m r"),
    ("pods",            "insert",                            "INSERT INTO pods (id, event_id, name, created_by) VALUES ('{1}', '{E}', 'Crew', {me})",                  ". . . . . . . . . . . ."),
    ("pods",            "open",                              "SELECT FROM podium.pod_open('{1}', '{E}', {me}, 'Crew', 'open') WHERE code = 'ok'",                      ". . e x b p n o h . . ."),
    ("pods",            "update",                            "UPDATE pods SET name = 'Name' WHERE id = '{P}'",                                                         ". . . . . . . . . . . ."),
    ("pods",            "rename",                            "SELECT FROM podium.pod_change('{P}', {me}, 'Name', NULL) WHERE code = 'ok'",                             ". . . . . . . o . . . ."),
    ("pods",            "set the head back",                 "UPDATE pods SET last_seq = 0 WHERE id = '{P}'",                                                          ". . . . . . . . . . . ."),
    ("pods",            "delete",                            "DELETE FROM pods WHERE id = '{P}'",                                                                      ". . . . . . . . . . . ."),
    ("pods",            "close",                             "SELECT FROM podium.pod_close('{P}', {me}) WHERE code = 'ok'",                                            ". . . . . . . o . . . ."),
    ("pods",            "hand over",                         "SELECT FROM podium.pod_hand_over('{P}', {me}, '{z}') WHERE code = 'ok'",                                 ". . . . . . . o . . . ."),
    ("pods",            "close as a moderator",              "SELECT FROM podium.pod_close('{P}', {me}, true) WHERE code = 'ok'",                                      ". . . . . . . . . . m r"),

    ("pod_members",     "read",                              "SELECT FROM pod_members WHERE pod_id = '{P}' AND user_id = '{z}'",                                       ". . . . . p n o . . . ."),
    ("pod_members",     "ask for the roster",                "SELECT FROM podium.roster('{{P}}')",                                                                     ". . . . . p n o . . . ."),
    ("pod_members",     "ask for the inbox",                 "SELECT FROM podium.inbox(9) WHERE pod_id = '{P}'",                                                       ". . . . . p n o . . . ."),
    ("pod_members",     "take a seat past the function",     "INSERT INTO pod_members (pod_id, user_id, event_id, seat, since_seq) VALUES ('{P}', {me}, '{E}', 5, 1)", ". . . . . . . . . . . ."),
    ("pod_members",     "join, or be a member already",      "SELECT FROM podium.pod_join('{P}', {me}) WHERE code = 'ok'",                                             ". . e x . p n o h . . ."),
    ("pod_members",     "join by invitation",                "SELECT FROM podium.pod_join('{I}', {me}) WHERE code = 'ok'",                                             ". . . . . . . . h . . ."),
    ("pod_members",     "see more of the past",              "UPDATE pod_members SET since_seq = 1 WHERE pod_id = '{P}' AND user_id = {me}",                           ". . . . . . . . . . . ."),
    ("pod_members",     "delete",                            "DELETE FROM pod_members WHERE pod_id = '{P}' AND user_id = {me}",                                        ". . . . . . . . . . . ."),
    ("pod_members",     "mark as read",                      "SELECT FROM podium.mark_read('{{P}}', ARRAY[{me}]::uuid[], ARRAY[1]::bigint[]) WHERE code = 'ok'",          ". . . . . p n o . . . ."),
    ("pod_members",     "leave",                             "SELECT FROM podium.pod_leave('{P}', {me}) WHERE code = 'ok'",                                            ". . . . . p n o . . . ."),
    ("pod_members",     "bar a stranger",                    "SELECT FROM podium.pod_remove('{P}', {me}, '{s}') WHERE code = 'ok'",                                    ". . . . . . . o . . . ."),
    ("pod_members",     "join, within limits",               "SELECT FROM podium.pod_join('{P}', {me}, 1, 600, 1) WHERE code = 'ok'",                                  ". . e . . p n o h . . ."),
    ("pod_members",     "remove another",                    "SELECT FROM podium.pod_remove('{P}', {me}, '{z}') WHERE code = 'ok'",                                    ". . . . . . . o . . . ."),

    ("pod_flags",       "read one's own",                    "SELECT FROM pod_flags WHERE pod_id = '{P}' AND user_id = {me}",                                          ". . . . . . n o . . . ."),
    ("pod_flags",       "read another's",                    "SELECT FROM pod_flags WHERE user_id = '{z}'",                                                            ". . . . . . . . . . . ."),
    ("pod_flags",       "insert, as a member",               "INSERT INTO pod_flags (pod_id, user_id) VALUES ('{P}', {me}) ON CONFLICT DO NOTHING RETURNING 1",        ". . . . . p . . . . . ."),
    ("pod_flags",       "insert in another's name",          "INSERT INTO pod_flags (pod_id, user_id) VALUES ('{P}', '{p}')",                                          ". . . . . p . . . . . ."),
    ("pod_flags",       "update one's own",                  "UPDATE pod_flags SET pinned_at = NULL WHERE pod_id = '{P}' AND user_id = {me}",                          ". . . . . . n o . . . ."),
    ("pod_flags",       "give to another",                   "UPDATE pod_flags SET user_id = '{p}'",                                                                   ". . . . . . . . . . . ."),
    ("pod_flags",       "update another's",                  "UPDATE pod_flags SET pinned_at = NULL WHERE user_id = '{z}'",                                            ". . . . . . . . . . . ."),
    ("pod_flags",       "delete one's own",                  "DELETE FROM pod_flags WHERE pod_id = '{P}' AND user_id = {me}",                                          ". . . . . . n o . . . ."),
    ("pod_flags",       "delete another's",                  "DELETE FROM pod_flags WHERE user_id = '{z}'",                                                            ". . . . . . . . . . . ."),

    ("pod_admissions",  "read who is barred",                "SELECT FROM pod_admissions WHERE pod_id = '{P}' AND user_id = '{b}'",                                    ". . . . b . . o . . . ."),
    ("pod_admissions",  "insert",                            "INSERT INTO pod_admissions (pod_id, user_id, admitted, by) VALUES ('{I}', {me}, true, {me})",            ". . . . . . . . . . . ."),
    ("pod_admissions",  "update",                            "UPDATE pod_admissions SET admitted = true",                                                              ". . . . . . . . . . . ."),
    ("pod_admissions",  "delete",                            "DELETE FROM pod_admissions",                                                                             ". . . . . . . . . . . ."),
    ("pod_admissions",  "let in",                            "SELECT FROM podium.pod_admit('{P}', {me}, '{b}') WHERE code = 'ok'",                                     ". . . . . . . o . . . ."),

    ("invites",         "read",                              "SELECT FROM invites WHERE id = '{1}'",                                                                ". . . . . p n o . . . ."),
    ("invites",         "read one's own after leaving",      "SELECT FROM invites WHERE id = '{4}'",                                                                ". . . x . p n o . . . ."),
    ("invites",         "insert",                            "INSERT INTO invites (id, pod_id, code, created_by) VALUES ('{9}', '{P}', repeat('9', 22), {me})",     ". . . . . . . . . . . ."),
    ("invites",         "update",                            "UPDATE invites SET revoked_at = NULL",                                                                ". . . . . . . . . . . ."),
    ("invites",         "delete",                            "DELETE FROM invites",                                                                                 ". . . . . . . . . . . ."),
    ("invites",         "make",                              "SELECT FROM podium.invite_make('{9}', '{P}', {me}, repeat('9', 22), NULL, NULL) verdict WHERE verdict = 'made'", ". . . . . p n o . . . ."),
    ("invites",         "take another's back",               "SELECT FROM podium.invite_revoke('{1}', '{P}', {me}) verdict WHERE verdict = 'ok'",                   ". . . . . . . o . . . ."),
    ("invites",         "take one's own back after leaving", "SELECT FROM podium.invite_revoke('{4}', '{P}', {me}) verdict WHERE verdict = 'ok'",                   ". . . x . . . o . . . ."),
    ("invites",         "look at it",                        "SELECT FROM podium.invite_preview(repeat('I', 22))",                                                  "a s e x b p n o h k m r"),
    ("invites",         "come in, or be a member already",   "SELECT FROM podium.invite_accept(repeat('P', 22), {me}) WHERE code = 'ok'",                           ". s e x . p n o h k m r"),
    ("invites",         "come in where only the invited may","SELECT FROM podium.invite_accept(repeat('I', 22), {me}) WHERE code = 'ok'",                           ". s e x b p n o h k m r"),
    ("invites",         "guess",                             "SELECT FROM podium.invite_accept(repeat('?', 22), {me}) WHERE code = 'ok'",                           ". . . . . . . . . . . ."),

    ("messages",        "read one since one came",           "SELECT FROM messages WHERE pod_id = '{P}' AND id = '{7}'",                                               ". . . . . p n o . . . ."),
    ("messages",        "read one from before, edited now",  "SELECT FROM messages WHERE pod_id = '{P}' AND id = '{2}'",                                               ". . . . . p . o . . . ."),
    ("messages",        "read one from before, reported",    "SELECT FROM messages WHERE pod_id = '{P}' AND id = '{1}'",                                               ". . . . . p . o . . . r"),
    ("messages",        "read one whose report is resolved", "SELECT FROM messages WHERE pod_id = '{P}' AND id = '{3}'",                                               ". . . . . p . o . . . ."),
    ("messages",        "read the same id elsewhere",        "SELECT FROM messages WHERE pod_id = '{Q}' AND id = '{1}'",                                               ". s . . . . . . . . . ."),
    ("messages",        "read one's own after leaving",      "SELECT FROM messages WHERE pod_id = '{P}' AND user_id = '{x}'",                                          ". . . . . p . o . . . ."),
    ("messages",        "insert",                            "INSERT INTO messages (id, pod_id, seq, changed_seq, user_id, text) VALUES ('{9}', '{P}', 101, 101, {me}, '')", ". . . . . . . . . . . ."),
    ("messages",        "send",                              "SELECT FROM podium.append('{{P}}', '{{9}}', ARRAY[{me}]::uuid[], '{text}') WHERE code = 'ok'",           ". . . . . p n o . . . ."),
    ("messages",        "answer one since one came",         "SELECT FROM podium.append('{{P}}', '{{9}}', ARRAY[{me}]::uuid[], '{text}', '{{7}}', '{\"{{z}}\"}') WHERE code = 'ok'", ". . . . . p n o . . . ."),
    ("messages",        "answer one from before",            "SELECT FROM podium.append('{{P}}', '{{9}}', ARRAY[{me}]::uuid[], '{text}', '{{2}}', '{NULL}') WHERE code = 'ok'", ". . . . . p . o . . . ."),
    ("messages",        "mention one outside the pod",       "SELECT FROM podium.append('{{P}}', '{{9}}', ARRAY[{me}]::uuid[], '{text}', '{NULL}', '{\"{{e}}\"}') WHERE code = 'ok'", ". . . . . . . . . . . ."),
    ("messages",        "update",                            "UPDATE messages SET text = '' WHERE pod_id = '{P}'",                                                     ". . . . . . . . . . . ."),
    ("messages",        "delete",                            "DELETE FROM messages WHERE pod_id = '{P}'",                                                              ". . . . . . . . . . . ."),
    ("messages",        "react to one since one came",       "SELECT FROM podium.amend('{{P}}', '{{7}}', ARRAY[{me}]::uuid[], '{on}', '{🔥}', '{{9}}') WHERE code = 'ok'", ". . . . . p n o . . . ."),
    ("messages",        "react to one from before",          "SELECT FROM podium.amend('{{P}}', '{{2}}', ARRAY[{me}]::uuid[], '{on}', '{🔥}', '{{9}}') WHERE code = 'ok'", ". . . . . p . o . . . ."),
    ("messages",        "edit another's",                    "SELECT FROM podium.amend('{{P}}', '{{7}}', ARRAY[{me}]::uuid[], '{edit}', '{text}', '{{9}}') WHERE code = 'ok'", ". . . . . . . . . . . ."),
    ("messages",        "delete another's by function",      "SELECT FROM podium.amend('{{P}}', '{{7}}', ARRAY[{me}]::uuid[], '{delete}', '{\"\"}', '{{9}}') WHERE code = 'ok'", ". . . . . . . . . . . ."),
    ("messages",        "edit one's own after leaving",      "SELECT FROM podium.amend('{{P}}', '{{4}}', ARRAY[{me}]::uuid[], '{edit}', '{text}', '{{9}}') WHERE code = 'ok'", ". . . . . . . . . . . ."),

    ("message_ops",     "read",                              "SELECT FROM message_ops",                                                                                ". . . . . . . . . . . ."),
    ("message_ops",     "insert",                            "INSERT INTO message_ops (pod_id, op, message_id, user_id, seq) VALUES ('{P}', '{9}', '{7}', {me}, 1)",   ". . . . . . . . . . . ."),
    ("message_ops",     "update",                            "UPDATE message_ops SET seq = 1",                                                                         ". . . . . . . . . . . ."),
    ("message_ops",     "delete",                            "DELETE FROM message_ops",                                                                                ". . . . . . . . . . . ."),

    ("media",           "read the event's",                  "SELECT FROM media WHERE id = '{8}'",                                                                     ". . e x b p n o h . m r"),
    ("media",           "read the pod's since one came",     "SELECT FROM media WHERE id = '{7}'",                                                                     ". . . . . p n o . . . ."),
    ("media",           "read the pod's from before",        "SELECT FROM media WHERE id = '{2}'",                                                                     ". . . . . p . o . . . ."),
    ("media",           "read the pod's, reported",          "SELECT FROM media WHERE id = '{1}'",                                                                     ". . . . . p . o . . . r"),
    ("media",           "share with the event",              "INSERT INTO media (owner_id, event_id, url, kind) VALUES ({me}, '{E}', 'url', 'image')",                 ". . . . . . . . . . . ."),
    ("media",           "share in another's name",           "INSERT INTO media (owner_id, event_id, url, kind) VALUES ('{z}', '{E}', 'url', 'image')",                ". . . . . . . . . . . ."),
    ("media",           "share with the pod",                "INSERT INTO media (owner_id, event_id, pod_id, url, kind) VALUES ({me}, '{E}', '{P}', 'url', 'image')",  ". . . . . . . . . . . ."),
    ("media",           "share with a pod of another event", "INSERT INTO media (owner_id, event_id, pod_id, url, kind) VALUES ({me}, '{E}', '{Q}', 'url', 'image')",  ". . . . . . . . . . . ."),
    ("media",           "update",                            "UPDATE media SET url = 'url'",                                                                           ". . . . . . . . . . . ."),
    ("media",           "delete one's own",                  "DELETE FROM media WHERE owner_id = {me}",                                                                ". . e x b p n o h . . ."),
    ("media",           "delete another's",                  "DELETE FROM media WHERE id = '{8}'",                                                                     ". . . . . . . . . . m r"),
    ("media",           "delete another's in a pod",         "DELETE FROM media WHERE id = '{7}'",                                                                     ". . . . . . . . . . . ."),
    ("media",           "delete another's, reported",        "DELETE FROM media WHERE id = '{1}'",                                                                     ". . . . . . . . . . . r"),

    ("posts",           "read",                              "SELECT FROM posts WHERE id = '{8}'",                                                                     ". . e x b p n o h k m r"),
    ("posts",           "write",                             "INSERT INTO posts (event_id, user_id, kind, body) VALUES ('{E}', {me}, 'text', '{\"text\": \"x\"}')",                   ". . e x b p n o h . . ."),
    ("posts",           "write in another's name",           "INSERT INTO posts (event_id, user_id, kind, body) VALUES ('{E}', '{z}', 'text', '{\"text\": \"x\"}')",                  ". . . . . . . . . . . ."),
    ("posts",           "change one's own",                  "UPDATE posts SET body = '{\"text\": \"y\"}' WHERE user_id = {me}",                                              ". . e x b p . o h . . ."),
    ("posts",           "change another's",                  "UPDATE posts SET body = '{\"text\": \"y\"}' WHERE id = '{8}'",                                                  ". . . . . . . . . . . ."),
    ("posts",           "delete one's own",                  "DELETE FROM posts WHERE user_id = {me}",                                                                 ". . e x b p . o h . . ."),
    ("posts",           "delete another's",                  "DELETE FROM posts WHERE id = '{8}'",                                                                     ". . . . . . . . h k m r"),
    ("posts",           "close one's own past the votes", "UPDATE posts SET closed_at = now() WHERE user_id = {me}",                                                        ". . . . . . . . . . . ."),
    ("posts",           "write the tally",                "UPDATE posts SET final_tally = '{\"rev\": 1}' WHERE user_id = {me}",                                             ". . . . . . . . . . . ."),
    ("posts",           "give it another number",         "UPDATE posts SET wall_seq = 0 WHERE user_id = {me}",                                                             ". . . . . . . . . . . ."),
    ("posts",           "move it to another event",       "UPDATE posts SET event_id = '{F}' WHERE user_id = {me}",                                                         ". . . . . . . . . . . ."),
    ("posts",           "give it away",                   "UPDATE posts SET user_id = '{z}' WHERE user_id = {me}",                                                          ". . . . . . . . . . . ."),
    ("posts",           "write at another time",          "INSERT INTO posts (event_id, user_id, kind, body, created_at) VALUES ('{E}', {me}, 'text', '{\"text\": \"x\"}', now())", ". . . . . . . . . . . ."),

    ("ballots",         "read one's own",                    "SELECT FROM ballots WHERE post_id = '{6}' AND user_id = {me}",                                           ". . e x b p n o h . . ."),
    ("ballots",         "read another's",                    "SELECT FROM ballots WHERE user_id = '{z}'",                                                              ". . . . . . . . . . . ."),
    ("ballots",         "insert",                            "INSERT INTO ballots (post_id, user_id, mask) VALUES ('{6}', {me}, 1)",                                   ". . . . . . . . . . . ."),
    ("ballots",         "update one's own",                  "UPDATE ballots SET mask = 0 WHERE user_id = {me}",                                                       ". . . . . . . . . . . ."),
    ("ballots",         "delete one's own",                  "DELETE FROM ballots WHERE user_id = {me}",                                                               ". . . . . . . . . . . ."),
    ("hype_taps",       "read one's own",                    "SELECT FROM hype_taps WHERE post_id = '{5}' AND user_id = {me}",                                         ". . e x b p n o h . . ."),
    ("hype_taps",       "read another's",                    "SELECT FROM hype_taps WHERE user_id = '{z}'",                                                            ". . . . . . . . . . . ."),
    ("hype_taps",       "insert",                            "INSERT INTO hype_taps (post_id, user_id, total) VALUES ('{5}', {me}, 1)",                                ". . . . . . . . . . . ."),
    ("hype_taps",       "update one's own",                  "UPDATE hype_taps SET total = 0 WHERE user_id = {me}",                                                    ". . . . . . . . . . . ."),
    ("hype_taps",       "delete one's own",                  "DELETE FROM hype_taps WHERE user_id = {me}",                                                             ". . . . . . . . . . . ."),
    ("ballots",         "vote without the writers",          "SELECT FROM podium.ballots_cast('{{6}}', ARRAY[{me}]::uuid[], ARRAY[2], '{}')",                          ". . . . . . . . . . . ."),
    ("ballots",         "count",                             "SELECT FROM podium.post_counts('{{6}}') WHERE tally IS NOT NULL",                                        ". . e x b p n o h k m r"),
    ("ballots",         "count what is not shown yet",       "SELECT FROM podium.post_counts('{{6}}') WHERE tally -> 'counts' <> 'null'",                              ". . . . . . . . . . . ."),
    ("ballots",         "close the poll",                    "SELECT FROM podium.poll_close('{6}', {me}) WHERE code = 'ok'",                                           ". . . . . . . . h k m r"),
    ("hype_taps",       "tap without the writers",           "SELECT FROM podium.taps_add('{{5}}', ARRAY[{me}]::uuid[], ARRAY['phone'], ARRAY[2]::bigint[])",          ". . . . . . . . . . . ."),
    ("hype_taps",       "count",                             "SELECT FROM podium.post_counts('{{5}}') WHERE hype = 8",                                                 ". . e x b p n o h k m r"),
    ("comments",         "read",                              "SELECT FROM comments WHERE id = '{8}'",                                                                   ". . e x b p n o h k m r"),
    ("comments",         "write",                             "INSERT INTO comments (post_id, event_id, user_id, text) VALUES ('{8}', '{E}', {me}, 'Text')",             ". . e x b p n o h . . ."),
    ("comments",         "write in another's name",           "INSERT INTO comments (post_id, event_id, user_id, text) VALUES ('{8}', '{E}', '{z}', 'Text')",            ". . . . . . . . . . . ."),
    ("comments",         "write on another event's post",     "INSERT INTO comments (post_id, event_id, user_id, text) VALUES ('{8}', '{F}', {me}, 'Text')",             ". . . . . . . . . . . ."),
    ("comments",         "change one's own",                  "UPDATE comments SET text = 'Other' WHERE user_id = {me}",                                                 ". . e x b p . o h . . ."),
    ("comments",         "change another's",                  "UPDATE comments SET text = 'Other' WHERE id = '{8}'",                                                     ". . . . . . . . . . . ."),
    ("comments",         "give away",                         "UPDATE comments SET user_id = '{z}' WHERE user_id = {me}",                                                ". . . . . . . . . . . ."),
    ("comments",         "delete the row",                    "DELETE FROM comments WHERE user_id = {me}",                                                               ". . . . . . . . . . . ."),
    ("comments",         "delete one's own",                  "SELECT FROM comments c, podium.comment_delete(c.id, {me}) d WHERE c.user_id = {me} AND d.code = 'ok'",    ". . e x b p . o h . . ."),
    ("comments",         "delete another's",                  "SELECT FROM podium.comment_delete('{8}', {me}) WHERE code = 'ok'",                                        ". . . . . . . . h k m r"),

    ("reactions",        "read",                              "SELECT FROM reactions WHERE user_id = '{z}'",                                                             ". . e x b p n o h k m r"),
    ("reactions",        "insert",                            "INSERT INTO reactions (post_id, event_id, user_id, emoji) VALUES ('{8}', '{E}', {me}, '👍')",              ". . . . . . . . . . . ."),
    ("reactions",        "update",                            "UPDATE reactions SET is_on = false WHERE user_id = {me}",                                                 ". . . . . . . . . . . ."),
    ("reactions",        "delete",                            "DELETE FROM reactions WHERE user_id = {me}",                                                              ". . . . . . . . . . . ."),
    ("reactions",        "set",                               "SELECT FROM podium.reaction_set('{8}', {me}, '👍', true, NULL, NULL) WHERE code = 'ok'",                   ". . e x b p n o h . . ."),
    ("reactions",        "take back one's own",               "SELECT FROM podium.reaction_set('{8}', {me}, '🔥', false, NULL, NULL) WHERE code = 'ok'",                  ". . e x b p . o h . . ."),

    ("memorabilia",     "read one's own",                    "SELECT FROM memorabilia WHERE user_id = {me}",                                                           ". s e x b p n o h . . ."),
    ("memorabilia",     "read another's",                    "SELECT FROM memorabilia WHERE user_id = '{z}'",                                                          ". . . . . . . . . . . ."),
    ("memorabilia",     "keep",                              "INSERT INTO memorabilia (event_id, user_id) VALUES ('{E}', {me}) ON CONFLICT (event_id, user_id) DO UPDATE SET notes = 'notes'", ". . e x b p n o h . . ."),
    ("memorabilia",     "keep of an event without joining",  "INSERT INTO memorabilia (event_id, user_id) VALUES ('{G}', {me})",                                       ". . . . . . . . . . . ."),
    ("memorabilia",     "keep in another's name",            "INSERT INTO memorabilia (event_id, user_id) VALUES ('{E}', '{z}')",                                      ". . . . . . . . . . . ."),
    ("memorabilia",     "change one's own",                  "UPDATE memorabilia SET notes = 'notes' WHERE user_id = {me}",                                            ". s e x b p n o h . . ."),
    ("memorabilia",     "change one's own after leaving",    "UPDATE memorabilia SET notes = 'notes' WHERE event_id = '{F}' AND user_id = {me}",                       ". s . . . . . . . . . ."),
    ("memorabilia",     "read one's own after leaving",      "SELECT FROM memorabilia WHERE event_id = '{F}' AND user_id = {me}",                                      ". s . . . . . . h . . ."),
    ("memorabilia",     "delete one's own after leaving",    "DELETE FROM memorabilia WHERE event_id = '{F}' AND user_id = {me}",                                      ". s . . . . . . h . . ."),
    ("memorabilia",     "give away",                         "UPDATE memorabilia SET user_id = '{z}' WHERE user_id = {me}",                                            ". . . . . . . . . . . ."),
    ("memorabilia",     "delete one's own",                  "DELETE FROM memorabilia WHERE user_id = {me}",                                                           ". s e x b p n o h . . ."),
    ("memorabilia",     "delete another's",                  "DELETE FROM memorabilia WHERE user_id = '{z}'",                                                          ". . . . . . . . . . . ."),

    ("meet_points",     "read",                              "SELECT FROM meet_points WHERE event_id = '{E}'",                                                         ". . e x b p n o h k m r"),
    ("meet_points",     "read a public one",                 "SELECT FROM meet_points WHERE event_id = '{F}'",                                                         "a s e x b p n o h k m r"),
    ("meet_points",     "name",                              "INSERT INTO meet_points (event_id, title, created_by) VALUES ('{G}', 'There', {me})",                    ". . . . . . . . . k . ."),
    ("meet_points",     "change",                            "UPDATE meet_points SET title = 'There', when_note = 'Now' WHERE event_id = '{E}'",                       ". . . . . . . . h k m r"),
    ("meet_points",     "set its version",                   "UPDATE meet_points SET revision = '{1}' WHERE event_id = '{E}'",                                         ". . . . . . . . . . . ."),
    ("meet_points",     "change who set it",                 "UPDATE meet_points SET created_by = {me} WHERE event_id = '{E}'",                                        ". . . . . . . . . . . ."),
    ("meet_points",     "remove",                            "DELETE FROM meet_points WHERE event_id = '{E}'",                                                         ". . . . . . . . h k m r"),

    ("reports",         "read",                              "SELECT FROM reports WHERE id = '{1}'",                                                                   ". . . . . p . . . . . r"),
    ("reports",         "file on a message",                 "INSERT INTO reports (reporter, target_type, target_id, reason) VALUES ({me}, 'message', '{7}', 'why')",  ". . . . . p n o . . . ."),
    ("reports",         "file on one from before",           "INSERT INTO reports (reporter, target_type, target_id, reason) VALUES ({me}, 'message', '{2}', 'why')",  ". . . . . p . o . . . ."),
    ("reports",         "file on a post",                    "INSERT INTO reports (reporter, target_type, target_id, reason) VALUES ({me}, 'post', '{8}', 'why')",     ". . e x b p n o h . . ."),
    ("reports",         "file on a pod's medium",            "INSERT INTO reports (reporter, target_type, target_id, reason) VALUES ({me}, 'media', '{7}', 'why')",    ". . . . . p n o . . . ."),
    ("reports",         "file on a person",                  "INSERT INTO reports (reporter, target_type, target_id, reason) VALUES ({me}, 'profile', '{z}', 'why')",  ". . e x b p n o h k . r"),
    ("reports",         "file in another's name",            "INSERT INTO reports (reporter, target_type, target_id, reason) VALUES ('{z}', 'message', '{7}', 'why')", ". . . . . . . . . . . ."),
    ("reports",         "resolve",                           "UPDATE reports SET resolved_at = now(), resolved_by = {me} WHERE id = '{1}'",                            ". . . . . . . . . . . r"),
    ("reports",         "resolve in another's name",         "UPDATE reports SET resolved_at = now(), resolved_by = '{z}' WHERE id = '{1}'",                           ". . . . . . . . . . . ."),
    ("reports",         "delete",                            "DELETE FROM reports WHERE id = '{1}'",                                                                   ". . . . . . . . . . . ."),

    ("nodes",           "read",                              "SELECT FROM nodes",                                                                                      ". . . . . . . . . . . ."),
    ("nodes",           "insert",                            "INSERT INTO nodes (node, boot_id, bus_ok) VALUES ('other', '{1}', true)",                                ". . . . . . . . . . . ."),
    ("nodes",           "update",                            "UPDATE nodes SET bus_ok = false",                                                                        ". . . . . . . . . . . ."),
    ("nodes",           "delete",                            "DELETE FROM nodes",                                                                                      ". . . . . . . . . . . ."),

    ("accounts",        "read",                              "SELECT FROM accounts",                                                                                   ". . . . . . . . . . . ."),
    ("accounts",        "insert",                            "INSERT INTO accounts (user_id, email, email_key, password_hash) VALUES ({me}, 'a@b.c', 'a@b.c', 'hash')", ". . . . . . . . . . . ."),
    ("accounts",        "give oneself a role",               "UPDATE accounts SET role = 'moderator'",                                                                 ". . . . . . . . . . . ."),
    ("accounts",        "give oneself a role by function",   "SELECT podium.account_role({me} || '@example.org', 'moderator')",                                        ". . . . . . . . . . . ."),
    ("accounts",        "look an address up",                "SELECT FROM podium.account_find('{z}@example.org')",                                                     ". . . . . . . . . . . ."),
    ("accounts",        "delete",                            "DELETE FROM accounts",                                                                                   ". . . . . . . . . . . ."),

    ("sign_ins",        "read",                              "SELECT FROM sign_ins",                                                                                   ". . . . . . . . . . . ."),
    ("sign_ins",        "insert",                            "INSERT INTO sign_ins (id, user_id, expires_at) VALUES ('{1}', {me}, now())",                             ". . . . . . . . . . . ."),
    ("sign_ins",        "update",                            "UPDATE sign_ins SET expires_at = now() + interval '9 years'",                                            ". . . . . . . . . . . ."),
    ("sign_ins",        "delete",                            "DELETE FROM sign_ins",                                                                                   ". . . . . . . . . . . ."),
    ("sign_ins",        "list one's own",                    "SELECT FROM podium.sign_ins_of({me})",                                                                   ". s e x b p n o h k m r"),
    ("sign_ins",        "end one's own",                     "SELECT FROM podium.sign_in_end({me}, {me})",                                                             ". s e x b p n o h k m r"),
    ("sign_ins",        "end another's",                     "SELECT FROM podium.sign_in_end({me}, '{z}')",                                                            ". . . . . . . . . . . ."),
    ("sign_ins",        "sign in past the password",         "SELECT FROM podium.sign_in_open('{1}', {me}, 'hash', NULL, '\\x00', '1 day', NULL, NULL)",               ". . . . . . . . . . . ."),

    ("refresh_tokens",  "read",                              "SELECT FROM refresh_tokens",                                                                             ". . . . . . . . . . . ."),
    ("refresh_tokens",  "insert",                            "INSERT INTO refresh_tokens (hash, sign_in_id) VALUES (sha256('x'), {me})",                               ". . . . . . . . . . . ."),
    ("refresh_tokens",  "update",                            "UPDATE refresh_tokens SET used_at = NULL, successor = NULL",                                             ". . . . . . . . . . . ."),
    ("refresh_tokens",  "delete",                            "DELETE FROM refresh_tokens",                                                                             ". . . . . . . . . . . ."),

    ("mail_tokens",     "read",                              "SELECT FROM mail_tokens",                                                                                ". . . . . . . . . . . ."),
    ("mail_tokens",     "insert",                            "INSERT INTO mail_tokens (hash, user_id, purpose, expires_at) VALUES (sha256('x'), {me}, 'reset', now())", ". . . . . . . . . . . ."),
    ("mail_tokens",     "update",                            "UPDATE mail_tokens SET expires_at = now()",                                                              ". . . . . . . . . . . ."),
    ("mail_tokens",     "delete",                            "DELETE FROM mail_tokens",                                                                                ". . . . . . . . . . . ."),
];

/// Puts ids where the SQL names them by a letter or digit in braces.
fn fill(sql: &str, me: Option<char>) -> String {
    let mut sql = sql.replace("{me}", &me.map_or("NULL::uuid".to_owned(), |me| format!("'{}'::uuid", id(me))));
    for letter in ('0'..='9').chain('a'..='z').chain('A'..='Z') {
        sql = sql.replace(&format!("{{{letter}}}"), &id(letter).to_string());
    }
    sql
}

async fn cast() -> (Database, Client) {
    let database = Database::create().await;
    let client = database.connect().await;
    client.batch_execute(&fill(CAST, None)).await.expect("the cast");
    (database, client)
}

/// Opens a transaction in which the connection is that caller.
async fn become_caller(client: &Client, caller: char) {
    let mut sql = String::from("BEGIN;");
    if caller == 'm' {
        sql.push_str("DELETE FROM reports;");
    }
    sql.push_str("SET LOCAL ROLE podium_user;");
    if caller != 'a' {
        sql.push_str(&format!("SET LOCAL podium.user_id = '{}';", id(caller)));
    }
    if matches!(caller, 'm' | 'r') {
        sql.push_str("SET LOCAL podium.role = 'moderator';");
    }
    client.batch_execute(&sql).await.expect("become the caller");
}

/// Whether the SQL reached a row. Refused is what sees no row, or 42501; any other error is a mistake of the test.
async fn reaches(client: &Client, sql: &str) -> bool {
    match client.simple_query(sql).await {
        Ok(messages) => messages.iter().any(|message| matches!(message, SimpleQueryMessage::CommandComplete(1..))),
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => false,
        Err(error) => panic!("{sql}: {error:?}"),
    }
}

#[tokio::test]
async fn the_access_table_holds() {
    let (_database, client) = cast().await;
    let mut wrong = Vec::new();
    for (table, what, sql, allowed) in TABLE {
        let allowed: Vec<char> = allowed.split(' ').map(|cell| cell.chars().next().expect("no empty cell")).collect();
        assert_eq!(allowed.len(), CALLERS.len(), "{table}, {what}");
        for ((caller, kind), cell) in CALLERS.into_iter().zip(allowed) {
            assert!(cell == '.' || cell == caller, "{table}, {what}: {cell} stands in the column of {caller}");
            become_caller(&client, caller).await;
            let found = reaches(&client, &fill(sql, (caller != 'a').then_some(caller))).await;
            client.batch_execute("ROLLBACK").await.expect("undo");
            if found != (cell == caller) {
                wrong.push(format!("{table}, {what}: {} to {kind}", if found { "allowed" } else { "refused" }));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells are not as the table says:\n{}", wrong.len(), wrong.join("\n"));
}

/// A table that nobody put into the list above is one that nobody thought about.
#[tokio::test]
async fn the_access_table_is_complete() {
    let (_database, client) = cast().await;
    let tables = client
        .query(
            "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname IN ('public', 'podium') AND c.relkind IN ('r', 'p', 'v') AND c.relname NOT LIKE '\\_\\_diesel%'",
            &[],
        )
        .await
        .expect("the tables");
    assert!(tables.len() >= 13);
    for row in &tables {
        let table: &str = row.get(0);
        for verb in ["SELECT", "INSERT", "UPDATE", "DELETE"] {
            assert!(
                TABLE.iter().any(|(of, _, sql, _)| *of == table && sql.starts_with(verb)),
                "no line says who may {verb} {table}"
            );
        }
    }
}

/// Nobody can act as another person, whatever else they may do.
#[tokio::test]
async fn nobody_acts_on_behalf_of_another() {
    let (_database, client) = cast().await;
    for call in [
        "podium.append('{{P}}', '{{9}}', '{{z}}', '{text}')",
        "podium.append('{{P},{P}}', '{{9},{0}}', ARRAY[{me}, '{z}']::uuid[], '{text,text}')",
        "podium.amend('{{P}}', '{{7}}', '{{z}}', '{edit}', '{text}', '{{9}}')",
        "podium.amend('{{P},{P}}', '{{7},{7}}', ARRAY[{me}, '{z}']::uuid[], '{on,delete}', '{🔥,x}', '{{9},{0}}')",
        "podium.append('{{P}}', '{{9}}', '{{z}}', '{text}', '{{7}}', '{NULL}')",
        "podium.mark_read('{{P}}', '{{z}}', ARRAY[1]::bigint[])",
        "podium.pod_open('{9}', '{E}', '{z}', 'Crew', 'open')",
        "podium.pod_join('{P}', '{z}')",
        "podium.pod_leave('{P}', '{z}')",
        "podium.pod_remove('{P}', '{z}', '{p}')",
        "podium.pod_admit('{P}', '{z}', '{b}')",
        "podium.pod_change('{P}', '{z}', 'Name', NULL)",
        "podium.pod_close('{P}', '{z}')",
        "podium.pod_close('{P}', '{z}', true)",
        "podium.leave_event('{E}', '{z}')",
        "podium.event_remove('{E}', '{z}', '{p}')",
        "podium.event_admit('{E}', '{z}', '{v}')",
        "podium.pod_join('{P}', '{z}', 1, 600, 1)",
        "podium.pod_open('{9}', '{E}', '{z}', 'Crew', 'open', 1, 600, 1)",
        "podium.event_delete('{G}', '{z}')",
        "podium.event_host('{E}', '{z}', '{p}', true)",
        "podium.post_allowance('{z}', 1, 1)",
        "podium.comment_allowance('{z}', 1, 1)",
        "podium.comment_delete('{8}', '{z}')",
        "podium.reaction_set('{8}', '{z}', '🔥', false, NULL, NULL)",
        "podium.sign_ins_of('{z}')",
        "podium.sign_in_end('{z}', '{z}')",
        // What signs people in is the service's.
        "podium.account_find('{z}@example.org')",
        "podium.account_open('{9}', 'a@b.c', 'a@b.c', 'hash', 'Name')",
        "podium.sign_in_open('{9}', '{z}', 'hash', NULL, sha256('x'), '1 day', NULL, NULL)",
        "podium.refresh(sha256('x'), sha256('y'), '1 day', '1 minute', NULL, NULL)",
        "podium.tokens_seen('{z}', '{z}')",
        "podium.sign_out(sha256('x'))",
        "podium.sign_ins_ended('1 day')",
        "podium.mail_token_open('{z}', NULL, 'reset', sha256('x'), '1 day')",
        "podium.account_verify(sha256('x'))",
        "podium.reset_is_open(sha256('x'))",
        "podium.account_reset(sha256('x'), 'hash')",
        "podium.account_role('{z}@example.org', 'moderator')",
        "podium.accounts_tidy('1 day')",
        // What these functions are made of is nobody's to call.
        "podium.take_out('{P}', 'left', '{z}', '{z}')",
        "podium.write_line('{P}', 'left', '{z}', '{z}')",
        "podium.leave_all('{E}', 'left', '{z}', '{z}')",
        "podium.lock_as_owner('{P}', '{o}')",
        "podium.refusal('{E}', '{z}')",
        "podium.join_limits('{P}', '{E}', '{z}', 1, 600, 1)",
        "podium.join_verdict('{P}', '{z}', 1, 600, 1)",
        "podium.invite_verdict(repeat('P', 22), '{z}', 1, 600, 1)",
        "podium.pod_standing('{P}', '{z}')",
        "podium.event_standing('{E}', '{z}')",
        "podium.event_turn('{E}', '{z}')",
    ] {
        for (caller, kind) in CALLERS {
            become_caller(&client, caller).await;
            let sql = format!("SELECT * FROM {}", fill(call, (caller != 'a').then_some(caller)));
            let refused = client.simple_query(&sql).await.map(|_| ()).map_err(|error| error.code().cloned());
            assert_eq!(refused, Err(Some(SqlState::INSUFFICIENT_PRIVILEGE)), "{call} by {kind}");
            client.batch_execute("ROLLBACK").await.expect("undo");
        }
    }
}

/// A login role that only belongs to podium_user, and forgot to take the role, is trusted no more than that.
#[tokio::test]
async fn a_member_of_the_role_is_no_owner() {
    let (database, client) = cast().await;
    let login = format!("{}_login", database.name());
    client.batch_execute(&format!("CREATE ROLE {login} IN ROLE podium_user")).await.expect("make a role");
    client
        .batch_execute(&format!(
            "BEGIN; SET LOCAL SESSION AUTHORIZATION {login}; SET LOCAL podium.user_id = '{}'",
            id('p')
        ))
        .await
        .expect("become it");
    let refused = client.simple_query(&fill("SELECT podium.pod_leave('{P}', '{z}')", None)).await;
    assert_eq!(refused.expect_err("not theirs").code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE));
    client.batch_execute(&format!("ROLLBACK; DROP ROLE {login}")).await.expect("clean up");
}

/// A setting that was local to a transaction leaves an empty string behind, which must be nobody and not an error.
#[tokio::test]
async fn after_a_request_the_connection_is_nobody() {
    let (_database, client) = cast().await;
    become_caller(&client, 'p').await;
    client.batch_execute("COMMIT").await.expect("end");
    client.batch_execute("SET ROLE podium_user").await.expect("take the role");
    let row = client.query_one("SELECT podium.user_id(), (SELECT count(*) FROM messages)", &[]).await.expect("ask");
    assert_eq!(row.get::<_, Option<uuid::Uuid>>(0), None);
    assert_eq!(row.get::<_, i64>(1), 0);
}

/// The first request of a person makes their profile, and no other's.
#[tokio::test]
async fn a_new_person_makes_their_own_profile() {
    let (_database, client) = cast().await;
    let insert = |whose| {
        format!("INSERT INTO profiles (id, display_name) VALUES ('{}', 'Name') ON CONFLICT DO NOTHING", id(whose))
    };
    become_caller(&client, 'f').await;
    assert!(reaches(&client, &insert('f')).await);
    assert!(!reaches(&client, &insert('f')).await, "a second time nothing happens");
    assert!(!reaches(&client, &insert('g')).await);
    client.batch_execute("ROLLBACK").await.expect("undo");
}

#[tokio::test]
async fn the_service_reads_across_people_and_writes_nodes_alone() {
    let (_database, client) = cast().await;
    for (sql, allowed) in [
        ("SELECT last_seq FROM pods WHERE id = '{P}'", true),
        ("SELECT FROM messages WHERE pod_id = '{P}'", true),
        ("SELECT FROM pod_members WHERE pod_id = '{P}'", true),
        ("SELECT FROM event_members", true),
        ("SELECT FROM events", true),
        ("SELECT FROM pod_admissions", true),
        ("SELECT display_name FROM profiles", true),
        ("SELECT FROM podium.roster('{{P}}')", true),
        ("SELECT FROM podium.pod_leave('{P}', '{p}') WHERE code = 'ok'", true),
        ("SELECT FROM podium.append('{{P}}', '{{9}}', '{{p}}', '{text}') WHERE code = 'ok'", true),
        ("SELECT FROM podium.amend('{{P}}', '{{7}}', '{{z}}', '{edit}', '{text}', '{{9}}') WHERE code = 'ok'", true),
        ("SELECT FROM podium.invite_accept(repeat('I', 22), '{s}') WHERE code = 'ok'", true),
        ("SELECT FROM comments", true),
        ("SELECT FROM reactions", true),
        ("SELECT FROM podium.newest_posts('{E}', 1)", true),
        ("SELECT FROM podium.reaction_set('{8}', '{z}', '👍', true, NULL, NULL) WHERE code = 'ok'", true),
        ("SELECT FROM podium.comment_delete('{8}', '{z}') WHERE code = 'ok'", false),
        ("UPDATE comments SET text = 'Other'", false),
        ("DELETE FROM reactions", false),
        ("SELECT FROM invites", false),
        ("SELECT FROM message_ops", false),
        ("INSERT INTO nodes (node, boot_id, bus_ok) VALUES ('other', '{1}', true)", true),
        ("UPDATE nodes SET seen_at = now()", true),
        ("DELETE FROM nodes", true),
        ("SELECT email FROM profiles", false),
        ("SELECT FROM event_texts", false),
        ("SELECT FROM memorabilia", false),
        ("SELECT FROM meet_points", true),
        ("UPDATE meet_points SET title = 'There'", false),
        ("SELECT FROM reports", false),
        ("SELECT FROM posts", true),
        ("SELECT FROM media", false),
        ("UPDATE profiles SET display_name = 'Name'", false),
        ("UPDATE events SET venue = 'Venue'", false),
        ("DELETE FROM event_members", false),
        (
            "INSERT INTO messages (id, pod_id, seq, changed_seq, user_id, text) VALUES ('{9}', '{P}', 101, 101, '{p}', '')",
            false,
        ),
        ("UPDATE messages SET text = ''", false),
        ("DELETE FROM messages", false),
        (
            "INSERT INTO pod_members (pod_id, user_id, event_id, seat, since_seq) VALUES ('{P}', '{e}', '{E}', 5, 1)",
            false,
        ),
        ("UPDATE pod_members SET read_seq = 1", false),
        ("DELETE FROM pod_members", false),
        ("UPDATE pods SET last_seq = 0", false),
        ("SELECT podium.write_line('{P}', 'left', '{p}', '{p}')", false),
        ("SELECT FROM podium.account_find('{z}@example.org')", true),
        ("SELECT FROM podium.sign_in_open('{1}', '{z}', 'hash', NULL, sha256('x'), '1 day', NULL, NULL)", true),
        ("SELECT FROM podium.sign_in_open('{1}', '{z}', 'another', NULL, sha256('x'), '1 day', NULL, NULL)", false),
        ("SELECT FROM podium.account_reset(sha256('{z}'), 'another')", true),
        ("SELECT FROM podium.account_role('{z}@example.org', 'moderator')", false),
        ("SELECT FROM accounts", false),
        ("SELECT FROM sign_ins", false),
        ("SELECT FROM refresh_tokens", false),
        ("SELECT FROM mail_tokens", false),
        ("UPDATE accounts SET role = 'moderator'", false),
        ("DELETE FROM sign_ins", false),
    ] {
        client.batch_execute("BEGIN; SET LOCAL ROLE podium_service").await.expect("become the service");
        assert_eq!(reaches(&client, &fill(sql, None)).await, allowed, "{sql}");
        client.batch_execute("ROLLBACK").await.expect("undo");
    }
}
