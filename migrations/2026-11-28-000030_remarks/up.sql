-- Remarks: comments and reactions, whatever they are about. Each is about one thing, its subject: today a post. Another
-- subject adds a column to both tables, and to the checks that count the subjects.
--
-- How many there are is counted from the rows and stored nowhere. The revision of a subject's counts is
-- count(comments) + count(deleted comments) + sum(reactions.changes), which each change raises by one: so no row goes
-- before its subject does. A deleted comment keeps its row without its text; a reaction that was taken back keeps its row.
SET LOCAL lock_timeout = '5s';

CREATE TABLE comments (
  id         uuid PRIMARY KEY DEFAULT podium.uuid_v7(),
  post_id    uuid REFERENCES posts ON DELETE CASCADE,
  event_id   uuid NOT NULL REFERENCES events ON DELETE CASCADE,
  user_id    uuid NOT NULL REFERENCES profiles,
  text       text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  edited_at  timestamptz,
  deleted_at timestamptz,
  last_ops   uuid[] NOT NULL DEFAULT '{}' CHECK (cardinality(last_ops) <= 16),
  CONSTRAINT comments_subject_check CHECK (num_nonnulls(post_id) = 1),
  CONSTRAINT comments_text_check
    CHECK (CASE WHEN deleted_at IS NULL THEN char_length(text) BETWEEN 1 AND 1000 ELSE text = '' END)
);
ALTER TABLE comments ENABLE ROW LEVEL SECURITY;
-- The list; the counts, which need nothing but this index; how many a person has written of late; and the people view.
CREATE INDEX idx_comments_post_id_created ON comments (post_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX idx_comments_post_id ON comments (post_id) INCLUDE (event_id, user_id, deleted_at);
CREATE INDEX idx_comments_user_id ON comments (user_id, created_at DESC);
CREATE INDEX idx_comments_event_id ON comments (event_id, user_id) INCLUDE (deleted_at);
COMMENT ON TABLE comments IS 'Comments on posts';
COMMENT ON COLUMN comments.id IS 'Chosen by the client, or UUIDv7';
COMMENT ON COLUMN comments.post_id IS 'The post, if it is about a post';
COMMENT ON COLUMN comments.event_id IS 'The event of the subject';
COMMENT ON COLUMN comments.user_id IS 'The author';
COMMENT ON COLUMN comments.text IS '1 to 1,000 characters; empty once it is deleted';
COMMENT ON COLUMN comments.created_at IS 'When it was written';
COMMENT ON COLUMN comments.edited_at IS 'When the author last changed it';
COMMENT ON COLUMN comments.deleted_at IS 'When it was deleted; the row stays, so that the revision of the counts never descends';
COMMENT ON COLUMN comments.last_ops IS 'The ids of the last 16 changes, so that a repeated one changes nothing';

CREATE TABLE reactions (
  id       uuid PRIMARY KEY DEFAULT podium.uuid_v7(),
  post_id  uuid REFERENCES posts ON DELETE CASCADE,
  event_id uuid NOT NULL REFERENCES events ON DELETE CASCADE,
  user_id  uuid NOT NULL REFERENCES profiles,
  emoji    text COLLATE "C" NOT NULL CHECK (octet_length(emoji) BETWEEN 1 AND 64),
  is_on    boolean NOT NULL DEFAULT true,
  changes  bigint NOT NULL DEFAULT 1 CHECK (changes > 0),
  at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT reactions_subject_check CHECK (num_nonnulls(post_id) = 1)
);
ALTER TABLE reactions ENABLE ROW LEVEL SECURITY;
-- The counts need nothing but the first; the second is the list.
CREATE UNIQUE INDEX idx_reactions_post_id ON reactions (post_id, emoji, user_id) INCLUDE (event_id, is_on, changes);
CREATE INDEX idx_reactions_post_id_at ON reactions (post_id, emoji, at, user_id) WHERE is_on;
CREATE INDEX idx_reactions_user_id ON reactions (user_id, at DESC) INCLUDE (changes);
CREATE INDEX idx_reactions_event_id ON reactions (event_id, user_id) INCLUDE (is_on);
COMMENT ON TABLE reactions IS 'Reactions to posts: one row for each person and emoji';
COMMENT ON COLUMN reactions.id IS 'UUIDv7';
COMMENT ON COLUMN reactions.post_id IS 'The post, if it is to a post';
COMMENT ON COLUMN reactions.event_id IS 'The event of the subject';
COMMENT ON COLUMN reactions.user_id IS 'Who reacted';
COMMENT ON COLUMN reactions.emoji IS 'The emoji, in the spelling that Unicode recommends';
COMMENT ON COLUMN reactions.is_on IS 'False once it was taken back; the row stays, so that the revision of the counts never descends';
COMMENT ON COLUMN reactions.changes IS 'How often it was set and taken back, which is odd as long as it is on';
COMMENT ON COLUMN reactions.at IS 'When it was last set';

INSERT INTO podium.event_children (child, parent, link, blocks, persons) VALUES
  ('comments',  'events', 'event_id', 'others', '{user_id}'),
  ('reactions', 'events', 'event_id', 'others', '{user_id}');

-- comments: members of the event read and write; its maker and its hosts read, too. The author changes. Deleting is
-- podium.comment_delete.
GRANT SELECT, INSERT (id, post_id, event_id, user_id, text), UPDATE (text, edited_at, last_ops) ON comments TO podium_user;
CREATE POLICY read ON comments FOR SELECT TO podium_user
  USING (user_id = (SELECT podium.user_id()) OR event_id = ANY ((SELECT podium.my_read_events())::uuid[])
         OR (SELECT podium.is_moderator()));
CREATE POLICY write ON comments FOR INSERT TO podium_user
  WITH CHECK (user_id = (SELECT podium.user_id()) AND event_id = ANY ((SELECT podium.my_events())::uuid[])
              AND event_id = (SELECT p.event_id FROM posts p WHERE p.id = post_id));
CREATE POLICY change_own ON comments FOR UPDATE TO podium_user
  USING (user_id = (SELECT podium.user_id()) AND event_id = ANY ((SELECT podium.my_events())::uuid[]) AND deleted_at IS NULL);

-- reactions: the same people read. Setting one and taking it back is podium.reaction_set.
GRANT SELECT ON reactions TO podium_user;
CREATE POLICY read ON reactions FOR SELECT TO podium_user
  USING (user_id = (SELECT podium.user_id()) OR event_id = ANY ((SELECT podium.my_read_events())::uuid[])
         OR (SELECT podium.is_moderator()));

-- Counts are read across people.
GRANT SELECT ON comments, reactions TO podium_service;
CREATE POLICY service ON comments FOR SELECT TO podium_service USING (true);
CREATE POLICY service ON reactions FOR SELECT TO podium_service USING (true);

-- Who belongs to an event may know who wrote and reacted there, also of a person who is hidden in lists.
CREATE OR REPLACE VIEW podium.people WITH (security_barrier) AS
SELECT p.id, p.display_name, CASE WHEN p.avatar_url ~* '^https://' THEN p.avatar_url END AS avatar_url,
       CASE WHEN p.reveal_ig AND p.ig_url ~* '^https://(www\.)?instagram\.com/.' THEN p.ig_url END AS ig_url
FROM public.profiles p
WHERE p.id = (SELECT podium.user_id())
   OR EXISTS (SELECT 1 FROM public.event_members e
              WHERE e.user_id = p.id AND NOT e.hidden AND e.event_id = ANY ((SELECT podium.my_events())::uuid[]) OFFSET 0)
   OR EXISTS (SELECT 1 FROM public.pod_members m
              WHERE m.user_id = p.id AND m.pod_id = ANY ((SELECT podium.my_pods())::uuid[]) OFFSET 0)
   OR EXISTS (SELECT 1 FROM public.messages l
              WHERE l.kind <> 'text' AND l.user_id = p.id AND l.pod_id = ANY ((SELECT podium.my_pods())::uuid[])
                AND l.seq >= ((SELECT podium.my_since_seqs()) ->> l.pod_id::text)::bigint OFFSET 0)
   OR EXISTS (SELECT 1 FROM public.posts o
              WHERE o.user_id = p.id AND o.event_id = ANY ((SELECT podium.my_read_events())::uuid[]) OFFSET 0)
   OR EXISTS (SELECT 1 FROM public.media f
              WHERE f.owner_id = p.id AND f.pod_id IS NULL AND f.event_id = ANY ((SELECT podium.my_events())::uuid[]) OFFSET 0)
   OR EXISTS (SELECT 1 FROM public.comments c
              WHERE c.user_id = p.id AND c.deleted_at IS NULL AND c.event_id = ANY ((SELECT podium.my_read_events())::uuid[]) OFFSET 0)
   OR EXISTS (SELECT 1 FROM public.reactions r
              WHERE r.user_id = p.id AND r.is_on AND r.event_id = ANY ((SELECT podium.my_read_events())::uuid[]) OFFSET 0)
   OR ((SELECT podium.is_moderator()) AND podium.is_reported('profile', p.id));
COMMENT ON VIEW podium.people IS 'The people whom the caller may see: themselves, members of their events who are not hidden, current and former members of their pods since they joined, and people who posted, commented, reacted or shared media in their events. Query it by id: the planner cannot push a join into it';
