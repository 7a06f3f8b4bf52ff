-- version: 2
CREATE OR REPLACE FUNCTION podium.my_since_seqs() RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (SELECT jsonb_object_agg(pod_id, since_seq) FROM pod_members WHERE user_id = podium.user_id());
END $$;
COMMENT ON FUNCTION podium.my_since_seqs() IS
  'Returns for each pod of the caller, by id, the lowest seq that they may read';
REVOKE ALL ON FUNCTION podium.my_since_seqs() FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.my_since_seqs() TO podium_user;
