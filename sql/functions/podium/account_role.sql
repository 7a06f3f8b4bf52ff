-- version: 2
CREATE OR REPLACE FUNCTION podium.account_role(_key text, _role text) RETURNS TABLE (user_id uuid, verified boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  account accounts;
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  SELECT a.* INTO account FROM accounts a WHERE a.email_key = _key FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  UPDATE accounts a SET role = _role WHERE a.user_id = account.user_id;
  -- Tokens that still carry the role must not outlive it.
  IF account.role IS NOT NULL AND account.role IS DISTINCT FROM _role THEN
    UPDATE sign_ins s SET ended_at = clock_timestamp() WHERE s.user_id = account.user_id AND s.ended_at IS NULL;
  END IF;
  RETURN QUERY SELECT account.user_id, account.verified_at IS NOT NULL;
END $$;
COMMENT ON FUNCTION podium.account_role(text, text) IS
  'Gives an account a role, or takes it away if `_role` is NULL; its devices are signed out if it had another role. Returns the account; no row if the address has none. Executable by the tables'' owner only';
REVOKE ALL ON FUNCTION podium.account_role(text, text) FROM PUBLIC, podium_user, podium_service;
