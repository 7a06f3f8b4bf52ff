-- version: 2
CREATE OR REPLACE FUNCTION podium.reset_is_open(_hash bytea) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM mail_tokens WHERE hash = _hash AND purpose = 'reset' AND expires_at > clock_timestamp());
$$;
COMMENT ON FUNCTION podium.reset_is_open(bytea) IS
  'Returns whether this token can still set a new password; asked before the costly password hash';
REVOKE ALL ON FUNCTION podium.reset_is_open(bytea) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.reset_is_open(bytea) TO podium_service;
