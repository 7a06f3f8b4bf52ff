-- version: 2
CREATE OR REPLACE FUNCTION podium.my_owned_pods() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN coalesce((SELECT array_agg(pod_id) FROM pod_members WHERE user_id = podium.user_id() AND role = 'owner'), '{}');
END $$;
COMMENT ON FUNCTION podium.my_owned_pods() IS
  'Returns the pods that the caller owns';
REVOKE ALL ON FUNCTION podium.my_owned_pods() FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.my_owned_pods() TO podium_user;
