-- version: 2
CREATE OR REPLACE FUNCTION podium.tokens_seen(_sign_in uuid, _generation uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  UPDATE refresh_tokens SET seen_at = clock_timestamp() WHERE sign_in_id = _sign_in AND used_at IS NULL AND seen_at IS NULL
    AND substring(hash FROM 1 FOR 16) = uuid_send(_generation);
END $$;
COMMENT ON FUNCTION podium.tokens_seen(uuid, uuid) IS
  'Records that an access token of this sign-in was presented. `_generation` is the first half of the hash of the refresh token that was issued with it';
REVOKE ALL ON FUNCTION podium.tokens_seen(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.tokens_seen(uuid, uuid) TO podium_service;
