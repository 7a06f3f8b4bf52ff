-- version: 2
CREATE OR REPLACE FUNCTION podium.pod_event(_pod uuid) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (SELECT p.event_id FROM pods p JOIN pod_members m ON m.pod_id = p.id WHERE p.id = _pod AND m.user_id = podium.user_id());
END $$;
COMMENT ON FUNCTION podium.pod_event(uuid) IS
  'Returns the event of a pod of the caller; NULL for any other pod';
REVOKE ALL ON FUNCTION podium.pod_event(uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_event(uuid) TO podium_user;
