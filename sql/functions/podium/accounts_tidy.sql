-- version: 1
CREATE OR REPLACE FUNCTION podium.accounts_tidy(_spent interval) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  DELETE FROM sign_ins WHERE ended_at < clock_timestamp() - interval '1 day' OR expires_at < clock_timestamp() - interval '1 day';
  DELETE FROM refresh_tokens WHERE used_at < clock_timestamp() - _spent;
  DELETE FROM mail_tokens WHERE expires_at < clock_timestamp();
END $$;
COMMENT ON FUNCTION podium.accounts_tidy(interval) IS
  'Takes away what nobody needs any more; used refresh tokens after the time that is given';
REVOKE ALL ON FUNCTION podium.accounts_tidy(interval) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.accounts_tidy(interval) TO podium_service;
