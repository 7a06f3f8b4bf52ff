-- version: 2
CREATE OR REPLACE FUNCTION podium.sign_in_open(_id uuid, _user uuid, _password_hash text, _rehash text, _token bytea,
  _lifetime interval, _user_agent text, _address text)
RETURNS TABLE (role text, verified boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  found_account accounts;
  most constant int := 100;
BEGIN
  PERFORM podium.guard(_user);
  -- The password was checked before this call and must not have changed since: otherwise a reset would leave a
  -- sign-in that was made with the old password.
  SELECT a.* INTO found_account FROM accounts a WHERE a.user_id = _user AND a.password_hash = _password_hash FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF _rehash IS NOT NULL THEN
    UPDATE accounts SET password_hash = _rehash WHERE user_id = _user;
  END IF;
  INSERT INTO sign_ins (id, user_id, user_agent, address, expires_at)
    VALUES (_id, _user, _user_agent, _address, now() + _lifetime);
  INSERT INTO refresh_tokens (hash, sign_in_id) VALUES (_token, _id);
  UPDATE sign_ins SET ended_at = now() WHERE id IN (
    SELECT s.id FROM sign_ins s WHERE s.user_id = _user AND s.ended_at IS NULL AND s.id <> _id
    ORDER BY s.last_used_at DESC, s.id DESC OFFSET most - 1);
  RETURN QUERY SELECT found_account.role, found_account.verified_at IS NOT NULL;
END $$;
COMMENT ON FUNCTION podium.sign_in_open(uuid, uuid, text, text, bytea, interval, text, text) IS
  'Creates a sign-in with its first refresh token if the password is still the one that was checked. Above 100 active sign-ins the least recently used one ends. Returns the account''s role and whether its address is confirmed; no row if the password has changed';
REVOKE ALL ON FUNCTION podium.sign_in_open(uuid, uuid, text, text, bytea, interval, text, text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.sign_in_open(uuid, uuid, text, text, bytea, interval, text, text) TO podium_service;
