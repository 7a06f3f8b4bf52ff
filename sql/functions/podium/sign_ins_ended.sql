-- version: 2
CREATE OR REPLACE FUNCTION podium.sign_ins_ended(_within interval) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT id FROM sign_ins WHERE ended_at > clock_timestamp() - _within;
$$;
COMMENT ON FUNCTION podium.sign_ins_ended(interval) IS
  'Returns the sign-ins that ended within the given time, on any node. Nodes poll it';
REVOKE ALL ON FUNCTION podium.sign_ins_ended(interval) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.sign_ins_ended(interval) TO podium_service;
