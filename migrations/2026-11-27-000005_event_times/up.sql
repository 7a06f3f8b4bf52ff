-- What a list of events that are not over needs, and how many go to an event, for everybody.
SET LOCAL lock_timeout = '5s';

-- An event is on until `ends_at`, or for 12 hours without one; `ends_at` is at most 31 days after `date_utc`. The server
-- holds new events to that. No constraint does, since it would refuse the next change of one that is longer already, also
-- the number of its wall: such a one counts as over after 31 days.
--
-- What began more than 12 hours ago and may still be on is little, and is found here among the many that are over.
CREATE INDEX idx_events_long ON events (date_utc, id) WHERE ends_at - date_utc > interval '12 hours';
COMMENT ON COLUMN events.ends_at IS 'When it ends, if known: at most 31 days after `date_utc`. Without it the event is on for 12 hours';
COMMENT ON COLUMN events.time_zone IS 'The IANA name of the zone in which the event''s times are told; UTC if NULL';

CREATE FUNCTION podium.event_counts(_event uuid)
RETURNS TABLE (going bigint, open_pods bigint, free_seats bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN QUERY
  WITH open AS (SELECT id, seats FROM pods WHERE event_id = _event AND closed_at IS NULL AND join_policy = 'open')
  SELECT (SELECT count(*) FROM event_members WHERE event_id = _event),
         (SELECT count(*) FROM open),
         (SELECT coalesce(sum(seats), 0) FROM open)
           - (SELECT count(*) FROM pod_members m JOIN open ON open.id = m.pod_id WHERE m.event_id = _event);
END $$;
COMMENT ON FUNCTION podium.event_counts(uuid) IS
  'How many go to an event, those who hide included; how many of its pods are open to all its members; and how many seats are free there. Numbers name nobody, so everybody may know them';
REVOKE EXECUTE ON FUNCTION podium.event_counts(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION podium.event_counts(uuid) TO podium_user;
