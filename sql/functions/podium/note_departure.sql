-- version: 2
CREATE OR REPLACE FUNCTION podium.note_departure() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO event_departures (event_id, wall_seq, user_id, at) VALUES (NEW.event_id, NEW.wall_seq, NEW.id, NEW.removed_at);
  DELETE FROM event_departures d USING (
    SELECT o.wall_seq FROM event_departures o WHERE o.event_id = NEW.event_id ORDER BY o.wall_seq LIMIT 2) oldest
  WHERE d.event_id = NEW.event_id AND d.wall_seq = oldest.wall_seq AND d.at < clock_timestamp() - interval '1 hour';
  RETURN NULL;
END $$;
COMMENT ON FUNCTION podium.note_departure() IS
  'Trigger: copies a departure into event_departures, which the version before this one reads';
REVOKE ALL ON FUNCTION podium.note_departure() FROM PUBLIC, podium_user, podium_service;
