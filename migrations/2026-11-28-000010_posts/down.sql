SET LOCAL lock_timeout = '5s';

DROP POLICY service ON posts;
REVOKE SELECT ON posts FROM podium_service;
ALTER POLICY remove ON posts
  USING (user_id = (SELECT podium.user_id()) OR (SELECT podium.is_moderator()));
REVOKE INSERT (closes_at), UPDATE (closes_at, last_ops) ON posts FROM podium_user;
ALTER POLICY read ON posts
  USING (user_id = (SELECT podium.user_id()) OR event_id = ANY ((SELECT podium.my_events())::uuid[])
         OR (SELECT podium.is_moderator()));
DROP TRIGGER feed_stamp ON posts;
DROP TRIGGER post_edit ON posts;
COMMENT ON TABLE posts IS 'Posts on an event''s wall';
COMMENT ON COLUMN posts.body IS 'The content, an object that depends on the kind';
DROP INDEX idx_posts_closes_at, idx_posts_event_id_wall, idx_posts_event_id_created, idx_posts_event_id_created_text,
  idx_posts_event_id_created_poll, idx_posts_event_id_created_hype, idx_posts_user_id;
ALTER TABLE posts DROP CONSTRAINT posts_poll_check, DROP CONSTRAINT posts_body_kind_check;
ALTER TABLE posts DROP COLUMN wall_from, DROP COLUMN wall_seq, DROP COLUMN last_ops, DROP COLUMN final_tally,
  DROP COLUMN closed_at, DROP COLUMN closes_at, DROP COLUMN edited_at;
CREATE INDEX idx_posts_event_id_created ON posts (event_id, created_at DESC);
CREATE INDEX idx_posts_user_id ON posts (user_id);
DELETE FROM event_removals WHERE kind = 'post';
