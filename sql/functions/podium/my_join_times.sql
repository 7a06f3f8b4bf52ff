-- version: 2
CREATE OR REPLACE FUNCTION podium.my_join_times() RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (SELECT jsonb_object_agg(pod_id, joined_at) FROM pod_members WHERE user_id = podium.user_id());
END $$;
COMMENT ON FUNCTION podium.my_join_times() IS
  'Returns for each pod of the caller, by id, the time since when they may see its media';
REVOKE ALL ON FUNCTION podium.my_join_times() FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.my_join_times() TO podium_user;
