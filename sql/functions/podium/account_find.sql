-- version: 2
CREATE OR REPLACE FUNCTION podium.account_find(_key text) RETURNS TABLE (user_id uuid, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT a.user_id, a.password_hash FROM accounts a WHERE a.email_key = _key;
$$;
COMMENT ON FUNCTION podium.account_find(text) IS
  'Returns the profile and the password hash of the account with this `email_key`; no row if there is none';
REVOKE ALL ON FUNCTION podium.account_find(text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.account_find(text) TO podium_service;
