-- version: 2
CREATE OR REPLACE FUNCTION podium.account_reset(_hash bytea, _password_hash text) RETURNS TABLE (user_id uuid, ended uuid[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  SELECT m.user_id INTO user_id FROM mail_tokens m
    WHERE m.hash = _hash AND m.purpose = 'reset' AND m.expires_at > clock_timestamp();
  -- Lock order: the account first. Then read the token again, which a concurrent call may have used.
  PERFORM 1 FROM accounts a WHERE a.user_id = account_reset.user_id FOR NO KEY UPDATE;
  DELETE FROM mail_tokens WHERE hash = _hash AND purpose = 'reset' AND expires_at > clock_timestamp();
  IF NOT FOUND THEN
    RETURN;
  END IF;
  -- Following the link proves access to the address. Older reset links must not undo this password.
  UPDATE accounts a SET password_hash = _password_hash, password_changed_at = clock_timestamp(),
    verified_at = coalesce(a.verified_at, clock_timestamp()) WHERE a.user_id = account_reset.user_id;
  DELETE FROM mail_tokens m WHERE m.user_id = account_reset.user_id AND m.purpose = 'reset';
  WITH gone AS (
    UPDATE sign_ins s SET ended_at = clock_timestamp() WHERE s.user_id = account_reset.user_id AND s.ended_at IS NULL RETURNING s.id)
  SELECT coalesce(array_agg(g.id), '{}') INTO ended FROM gone g;
  RETURN NEXT;
END $$;
COMMENT ON FUNCTION podium.account_reset(bytea, text) IS
  'Sets a new password by the token of a reset mail, which works once, and signs all devices out. Returns the account and the sign-ins that ended; no row if the token is unknown, used or expired';
REVOKE ALL ON FUNCTION podium.account_reset(bytea, text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.account_reset(bytea, text) TO podium_service;
