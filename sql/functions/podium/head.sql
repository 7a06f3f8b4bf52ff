-- version: 2
CREATE OR REPLACE FUNCTION podium.head(_pod uuid) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (SELECT p.last_seq FROM pods p JOIN pod_members m ON m.pod_id = p.id
          WHERE p.id = _pod AND m.user_id = podium.user_id());
END $$;
COMMENT ON FUNCTION podium.head(uuid) IS
  'Returns the highest seq of a pod of the caller; NULL for any other pod';
REVOKE ALL ON FUNCTION podium.head(uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.head(uuid) TO podium_user;
