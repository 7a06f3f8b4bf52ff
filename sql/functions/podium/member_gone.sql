-- version: 2
CREATE OR REPLACE FUNCTION podium.member_gone() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  n bigint := podium.wall_step(OLD.event_id);
BEGIN
  IF n IS NOT NULL THEN
    INSERT INTO event_departures (event_id, wall_seq, user_id) VALUES (OLD.event_id, n, OLD.user_id);
    -- Deletes up to two old rows for each new one, which bounds the table. No node is an hour behind.
    DELETE FROM event_departures d USING (
      SELECT o.wall_seq FROM event_departures o WHERE o.event_id = OLD.event_id ORDER BY o.wall_seq LIMIT 2) oldest
    WHERE d.event_id = OLD.event_id AND d.wall_seq = oldest.wall_seq AND d.at < clock_timestamp() - interval '1 hour';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION podium.member_gone() IS
  'Deferred trigger of the version before the table event_removals: records that a member has left an event, under the next number of its feed';
REVOKE ALL ON FUNCTION podium.member_gone() FROM PUBLIC, podium_user, podium_service;
