-- version: 2
CREATE OR REPLACE FUNCTION podium.event_counts(_event uuid)
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
  'Returns three counts of an event: members (hidden ones included), pods that are open to all members, and free seats in these. Anyone may read them, since they identify nobody';
REVOKE ALL ON FUNCTION podium.event_counts(uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.event_counts(uuid) TO podium_user;
