-- version: 3
CREATE OR REPLACE FUNCTION podium.accounts_tidy(_spent interval) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  DELETE FROM sign_ins WHERE ended_at < clock_timestamp() - interval '1 day' OR expires_at < clock_timestamp() - interval '1 day';
  DELETE FROM refresh_tokens WHERE used_at < clock_timestamp() - _spent;
  DELETE FROM mail_tokens WHERE expires_at < clock_timestamp();
  UPDATE accounts SET registered_from = NULL
    WHERE registered_from IS NOT NULL AND created_at < clock_timestamp() - interval '1 day';
END $$;
COMMENT ON FUNCTION podium.accounts_tidy(interval) IS
  'Deletes sign-ins that ended or expired more than a day ago, refresh tokens that were used more than `_spent` ago, and expired mail tokens; forgets from where accounts older than a day were registered';
REVOKE ALL ON FUNCTION podium.accounts_tidy(interval) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.accounts_tidy(interval) TO podium_service;
