-- version: 2
CREATE OR REPLACE FUNCTION podium.seats_taken(_pods uuid[]) RETURNS TABLE (pod_id uuid, taken integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  mine uuid[] := podium.my_events();
BEGIN
  RETURN QUERY
  SELECT p.id, (SELECT count(*)::int FROM pod_members m WHERE m.pod_id = p.id)
  FROM pods p WHERE p.id = ANY (_pods) AND (p.event_id = ANY (mine) OR podium.is_moderator());
END $$;
COMMENT ON FUNCTION podium.seats_taken(uuid[]) IS
  'Returns the number of members of pods in the caller''s events; of any pod for a moderator';
REVOKE ALL ON FUNCTION podium.seats_taken(uuid[]) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.seats_taken(uuid[]) TO podium_user;
