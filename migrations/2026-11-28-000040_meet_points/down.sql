SET LOCAL lock_timeout = '5s';

DROP POLICY service ON meet_points;
REVOKE SELECT ON meet_points FROM podium_service;
ALTER POLICY remove ON meet_points USING (event_id = ANY ((SELECT podium.my_hosted_events())::uuid[]));
ALTER POLICY change ON meet_points USING (event_id = ANY ((SELECT podium.my_hosted_events())::uuid[]));
ALTER POLICY read ON meet_points
  USING (event_id = ANY ((SELECT podium.my_events())::uuid[]) OR event_id = ANY ((SELECT podium.my_hosted_events())::uuid[])
         OR EXISTS (SELECT 1 FROM events e WHERE e.id = event_id AND e.meet_point_public));
DROP TRIGGER feed_stamp_change ON meet_points;
DROP TRIGGER feed_stamp ON meet_points;
DROP TRIGGER new_revision ON meet_points;
CREATE OR REPLACE TRIGGER touch BEFORE UPDATE ON meet_points FOR EACH ROW EXECUTE FUNCTION podium.touch();
DROP INDEX idx_meet_points_event_id_wall;
ALTER TABLE meet_points DROP COLUMN wall_from, DROP COLUMN wall_seq, DROP COLUMN revision, DROP COLUMN when_note;
DELETE FROM event_removals WHERE kind = 'meet_point';
