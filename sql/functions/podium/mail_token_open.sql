-- version: 2
CREATE OR REPLACE FUNCTION podium.mail_token_open(_user uuid, _key text, _purpose text, _hash bytea, _lifetime interval, _language text)
RETURNS TABLE (address text, language text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  account accounts;
  most constant int := 3;
  most_of_mailbox constant int := 5;
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  SELECT a.* INTO account FROM accounts a WHERE (a.user_id = _user OR a.email_key = _key)
    AND (_purpose <> 'verify' OR a.verified_at IS NULL) FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  -- One mailbox has many addresses: registering them all must not fill it with mails.
  IF account.mailbox_key IS NOT NULL AND (
    SELECT count(*) FROM accounts a JOIN mail_tokens m ON m.user_id = a.user_id
    WHERE a.mailbox_key = account.mailbox_key AND m.purpose = _purpose AND m.created_at > now() - interval '15 minutes') >= most_of_mailbox
  THEN
    RETURN;
  END IF;
  INSERT INTO mail_tokens (hash, user_id, purpose, expires_at) VALUES (_hash, account.user_id, _purpose, now() + _lifetime);
  -- More than one, since mails may arrive out of order; few, since each grants access.
  DELETE FROM mail_tokens WHERE hash IN (
    SELECT m.hash FROM mail_tokens m WHERE m.user_id = account.user_id AND m.purpose = _purpose AND m.hash <> _hash
    ORDER BY m.created_at DESC OFFSET most - 1);
  RETURN QUERY SELECT account.email, coalesce(p.language, _language) FROM profiles p WHERE p.id = account.user_id;
END $$;
COMMENT ON FUNCTION podium.mail_token_open(uuid, text, text, bytea, interval, text) IS
  'Stores a token that is about to be mailed and returns the address and the mail''s language: the person''s, or the given one if they have chosen none. No row if there is no such account or nothing to verify. No row either if five were mailed to the mailbox within 15 minutes. Keeps the newest three tokens of each purpose';
REVOKE ALL ON FUNCTION podium.mail_token_open(uuid, text, text, bytea, interval, text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.mail_token_open(uuid, text, text, bytea, interval, text) TO podium_service;
