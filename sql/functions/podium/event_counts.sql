-- version: 1
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
  'How many go to an event, those who hide included; how many of its pods are open to all its members; and how many seats are free there. Numbers name nobody, so everybody may know them';
REVOKE ALL ON FUNCTION podium.event_counts(uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.event_counts(uuid) TO podium_user;
