-- Posts become items of the event's feed, with a body whose form is checked by kind. A poll closes at a time of its own
-- column, since closing is not a change of what was written. How many voted what is counted from the ballots; only the
-- final tally of a closed poll is stored.
SET LOCAL lock_timeout = '5s';

-- Posts that are there already came before everything: their numbers are 0. Those to come have none at first.
ALTER TABLE posts
  ADD COLUMN edited_at timestamptz,
  ADD COLUMN closes_at timestamptz,
  ADD COLUMN closed_at timestamptz,
  ADD COLUMN final_tally jsonb CHECK (jsonb_typeof(final_tally) = 'object'),
  ADD COLUMN last_ops uuid[] NOT NULL DEFAULT '{}' CHECK (cardinality(last_ops) <= 16),
  ADD COLUMN wall_seq bigint NOT NULL DEFAULT 0,
  ADD COLUMN wall_from bigint DEFAULT 0;
ALTER TABLE posts ALTER COLUMN wall_from DROP DEFAULT;

-- No release has written posts. What somebody has put here by hand, in another form, is kept as a text that shows it.
UPDATE posts SET kind = 'text', body = jsonb_build_object('text', left(body::text, 2000))
WHERE kind <> 'text' OR (body - 'text' = '{}' AND jsonb_typeof(body -> 'text') = 'string'
                         AND char_length(body ->> 'text') BETWEEN 1 AND 2000) IS NOT TRUE;

ALTER TABLE posts
  ADD CONSTRAINT posts_body_kind_check CHECK (podium.post_body_ok(kind, body)),
  ADD CONSTRAINT posts_poll_check CHECK (kind = 'poll' OR (closes_at IS NULL AND closed_at IS NULL AND final_tally IS NULL));

COMMENT ON TABLE posts IS 'Posts on the walls of events: texts, polls and hype';
COMMENT ON COLUMN posts.body IS '`{text}` of a text or hype; `{question, options, mode, results}` of a poll';
COMMENT ON COLUMN posts.edited_at IS 'When the author last changed it; set by a trigger';
COMMENT ON COLUMN posts.closes_at IS 'When a poll closes by itself; NULL if it does not';
COMMENT ON COLUMN posts.closed_at IS 'When a poll was closed; no ballot is taken after it';
COMMENT ON COLUMN posts.final_tally IS 'The tally of a closed poll, `{rev, voters, counts}`, which never changes';
COMMENT ON COLUMN posts.last_ops IS 'The ids of the last 16 changes, so that a repeated one changes nothing';
COMMENT ON COLUMN posts.wall_seq IS 'The number of its last change in the event''s feed';
COMMENT ON COLUMN posts.wall_from IS 'The number under which it was posted; NULL inside the transaction that posts it';

-- Lists by cursor, of all kinds and of one, the feed, and the polls that will close. The first serves the lists that
-- order by time alone, too. Equality of an enumeration is not leakproof, so that behind row level security no index over
-- `kind` would be used: each kind has an index of its own instead.
DROP INDEX idx_posts_event_id_created;
CREATE INDEX idx_posts_event_id_created ON posts (event_id, created_at DESC, id DESC);
CREATE INDEX idx_posts_event_id_created_text ON posts (event_id, created_at DESC, id DESC) WHERE kind = 'text';
CREATE INDEX idx_posts_event_id_created_poll ON posts (event_id, created_at DESC, id DESC) WHERE kind = 'poll';
CREATE INDEX idx_posts_event_id_created_hype ON posts (event_id, created_at DESC, id DESC) WHERE kind = 'hype';
CREATE INDEX idx_posts_event_id_wall ON posts (event_id, wall_seq);
CREATE INDEX idx_posts_closes_at ON posts (closes_at) WHERE closes_at IS NOT NULL AND closed_at IS NULL;
-- How many a person has posted of late.
DROP INDEX idx_posts_user_id;
CREATE INDEX idx_posts_user_id ON posts (user_id, created_at DESC);

CREATE TRIGGER post_edit BEFORE UPDATE OF body, closes_at ON posts FOR EACH ROW
  WHEN (ROW(OLD.body, OLD.closes_at) IS DISTINCT FROM ROW(NEW.body, NEW.closes_at))
  EXECUTE FUNCTION podium.post_edit();
CREATE CONSTRAINT TRIGGER feed_stamp AFTER INSERT OR UPDATE OF body, closes_at, closed_at OR DELETE ON posts
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION podium.feed_stamp('post');

-- The event's maker and hosts read and remove, too. Authors change when a poll closes, and nobody sets that it has.
GRANT INSERT (closes_at), UPDATE (closes_at, last_ops) ON posts TO podium_user;
ALTER POLICY read ON posts
  USING (user_id = (SELECT podium.user_id()) OR event_id = ANY ((SELECT podium.my_events())::uuid[])
         OR event_id = ANY ((SELECT podium.my_hosted_events())::uuid[]) OR (SELECT podium.is_moderator()));
ALTER POLICY remove ON posts
  USING (user_id = (SELECT podium.user_id()) OR event_id = ANY ((SELECT podium.my_hosted_events())::uuid[])
         OR (SELECT podium.is_moderator()));
-- The feed is read across people.
GRANT SELECT ON posts TO podium_service;
CREATE POLICY service ON posts FOR SELECT TO podium_service USING (true);
