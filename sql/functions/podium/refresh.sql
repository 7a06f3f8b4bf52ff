-- version: 2
-- The first read only finds the sign-in (`family`) and locks it; the values that count are read again under that lock.
CREATE OR REPLACE FUNCTION podium.refresh(_token bytea, _successor bytea, _lifetime interval, _grace interval, _user_agent text, _address text)
RETURNS TABLE (code text, sign_in_id uuid, user_id uuid, role text, verified boolean, wait_seconds double precision)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  family sign_ins;
  token refresh_tokens;
  next_token refresh_tokens;
  account accounts;
  moment timestamptz;
  pace constant interval := '10 seconds';
  ahead constant interval := '10 minutes';
  unseen constant interval := '15 minutes';
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  SELECT s.* INTO family FROM sign_ins s JOIN refresh_tokens t ON t.sign_in_id = s.id WHERE t.hash = _token
    FOR NO KEY UPDATE OF s;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'unknown', NULL::uuid, NULL::uuid, NULL, false, 0::double precision;
    RETURN;
  END IF;
  SELECT s.* INTO family FROM sign_ins s WHERE s.id = family.id;
  SELECT t.* INTO token FROM refresh_tokens t WHERE t.hash = _token;
  SELECT t.* INTO next_token FROM refresh_tokens t WHERE t.hash = token.successor;
  SELECT a.* INTO account FROM accounts a WHERE a.user_id = family.user_id;
  moment := clock_timestamp();
  sign_in_id := family.id; user_id := family.user_id; role := account.role; verified := account.verified_at IS NOT NULL;
  wait_seconds := 0;
  IF token.hash IS NULL OR account.user_id IS NULL OR family.ended_at IS NOT NULL OR family.expires_at <= moment THEN
    code := 'ended';
  ELSIF token.used_at IS NULL AND family.paid_until > moment + ahead THEN
    code := 'too_often';
    wait_seconds := extract(epoch FROM family.paid_until - moment - ahead);
  ELSIF token.used_at IS NULL THEN
    code := 'ok';
    UPDATE refresh_tokens SET used_at = moment, successor = _successor WHERE hash = _token;
    INSERT INTO refresh_tokens (hash, sign_in_id, issued_at) VALUES (_successor, family.id, moment);
    UPDATE sign_ins SET last_used_at = moment, expires_at = moment + _lifetime, paid_until = greatest(paid_until, moment) + pace,
      user_agent = _user_agent, address = _address WHERE id = family.id;
  ELSIF next_token.hash IS NOT NULL AND next_token.used_at IS NULL
        AND (token.used_at > moment - _grace OR (next_token.seen_at IS NULL AND token.used_at > moment - unseen)) THEN
    code := 'ok';
    -- The same successor as before, unless the secret that it is derived from has changed since.
    IF token.successor <> _successor THEN
      UPDATE refresh_tokens SET hash = _successor WHERE hash = token.successor;
      UPDATE refresh_tokens SET successor = _successor WHERE hash = _token;
    END IF;
  ELSE
    code := 'reused';
    UPDATE sign_ins SET ended_at = moment WHERE id = family.id;
  END IF;
  RETURN NEXT;
END $$;
COMMENT ON FUNCTION podium.refresh(bytea, bytea, interval, interval, text, text) IS
  'Exchanges a refresh token for its successor. As long as the successor is unused, the same token returns the same successor again, within the grace period, or for 15 minutes if no access token that came with the successor was ever presented; after that it ends the sign-in. Codes: `ok`, `unknown`, `ended`, `too_often` with `wait_seconds`, `reused`';
REVOKE ALL ON FUNCTION podium.refresh(bytea, bytea, interval, interval, text, text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.refresh(bytea, bytea, interval, interval, text, text) TO podium_service;
