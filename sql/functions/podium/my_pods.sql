-- version: 2
CREATE OR REPLACE FUNCTION podium.my_pods() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN coalesce((SELECT array_agg(pod_id) FROM pod_members WHERE user_id = podium.user_id()), '{}');
END $$;
COMMENT ON FUNCTION podium.my_pods() IS
  'Returns the pods that the caller is a member of';
REVOKE ALL ON FUNCTION podium.my_pods() FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.my_pods() TO podium_user;
