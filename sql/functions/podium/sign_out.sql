-- version: 2
CREATE OR REPLACE FUNCTION podium.sign_out(_token bytea) RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  RETURN QUERY UPDATE sign_ins s SET ended_at = clock_timestamp() FROM refresh_tokens t
    WHERE t.hash = _token AND s.id = t.sign_in_id AND s.ended_at IS NULL RETURNING s.id;
END $$;
COMMENT ON FUNCTION podium.sign_out(bytea) IS
  'Ends the sign-in that a refresh token belongs to. Returns its id if it was active';
REVOKE ALL ON FUNCTION podium.sign_out(bytea) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.sign_out(bytea) TO podium_service;
