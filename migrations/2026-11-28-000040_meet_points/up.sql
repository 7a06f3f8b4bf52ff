-- The meet point over HTTP and on the event's feed: a note beside the time, since the first design has free text there; a
-- revision, so that of two people who change it at once the second one learns of the first; and its place in the feed.
SET LOCAL lock_timeout = '5s';

ALTER TABLE meet_points
  ADD COLUMN when_note text CHECK (char_length(when_note) BETWEEN 1 AND 100),
  ADD COLUMN revision uuid NOT NULL DEFAULT podium.uuid_v7(),
  ADD COLUMN wall_seq bigint NOT NULL DEFAULT 0,
  ADD COLUMN wall_from bigint;
CREATE INDEX idx_meet_points_event_id_wall ON meet_points (event_id, wall_seq);
COMMENT ON COLUMN meet_points.when_note IS 'A line about the time, such as "after the support act", 1 to 100 characters';
COMMENT ON COLUMN meet_points.revision IS 'Another one after each change, for ETags; set by a trigger. A meet point that replaces a deleted one has another one, too';
COMMENT ON COLUMN meet_points.wall_seq IS 'The number of its last change in the event''s feed';
COMMENT ON COLUMN meet_points.wall_from IS 'The number under which it was set first; NULL inside the transaction that sets it';

-- A number given out is no change of the meet point, and neither is an update that changes nothing.
CREATE OR REPLACE TRIGGER touch BEFORE UPDATE ON meet_points FOR EACH ROW
  WHEN (ROW(OLD.title, OLD.description, OLD.when_local, OLD.when_note)
        IS DISTINCT FROM ROW(NEW.title, NEW.description, NEW.when_local, NEW.when_note))
  EXECUTE FUNCTION podium.touch();
CREATE TRIGGER new_revision BEFORE UPDATE ON meet_points FOR EACH ROW
  WHEN (ROW(OLD.title, OLD.description, OLD.when_local, OLD.when_note)
        IS DISTINCT FROM ROW(NEW.title, NEW.description, NEW.when_local, NEW.when_note))
  EXECUTE FUNCTION podium.new_revision();
CREATE CONSTRAINT TRIGGER feed_stamp AFTER INSERT OR DELETE ON meet_points
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION podium.feed_stamp('meet_point', 'event_id');
CREATE CONSTRAINT TRIGGER feed_stamp_change AFTER UPDATE ON meet_points
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.revision <> NEW.revision) EXECUTE FUNCTION podium.feed_stamp('meet_point', 'event_id');

-- Moderators may change and remove it, as they may the event. They do not set one.
GRANT INSERT (when_note), UPDATE (when_note) ON meet_points TO podium_user;
ALTER POLICY read ON meet_points
  USING (event_id = ANY ((SELECT podium.my_events())::uuid[]) OR event_id = ANY ((SELECT podium.my_hosted_events())::uuid[])
         OR (SELECT podium.is_moderator())
         OR EXISTS (SELECT 1 FROM events e WHERE e.id = event_id AND e.meet_point_public));
ALTER POLICY change ON meet_points
  USING (event_id = ANY ((SELECT podium.my_hosted_events())::uuid[]) OR (SELECT podium.is_moderator()));
ALTER POLICY remove ON meet_points
  USING (event_id = ANY ((SELECT podium.my_hosted_events())::uuid[]) OR (SELECT podium.is_moderator()));
-- The feed is read across people.
GRANT SELECT ON meet_points TO podium_service;
CREATE POLICY service ON meet_points FOR SELECT TO podium_service USING (true);
