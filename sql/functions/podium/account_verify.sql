-- version: 2
CREATE OR REPLACE FUNCTION podium.account_verify(_hash bytea) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  whose uuid;
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  DELETE FROM mail_tokens WHERE hash = _hash AND purpose = 'verify' AND expires_at > clock_timestamp() RETURNING user_id INTO whose;
  UPDATE accounts SET verified_at = coalesce(verified_at, clock_timestamp()) WHERE user_id = whose;
  RETURN whose IS NOT NULL;
END $$;
COMMENT ON FUNCTION podium.account_verify(bytea) IS
  'Confirms an address by the token that was mailed to it, which works once. Returns false if the token is unknown, used or expired';
REVOKE ALL ON FUNCTION podium.account_verify(bytea) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.account_verify(bytea) TO podium_service;
