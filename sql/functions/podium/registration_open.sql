-- version: 1
CREATE OR REPLACE FUNCTION podium.registration_open(_user uuid, _email text, _key text, _password_hash text, _name text,
  _language text, _mailbox text, _network text, _limits integer[])
RETURNS TABLE (taken boolean, again timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  PERFORM podium.guard(_user);
  -- Registrations that count together take turns, or all at once would be counted as none.
  PERFORM pg_advisory_xact_lock(hashtextextended('registration ' || place, 0))
    FROM unnest(ARRAY[_network, _mailbox]) place WHERE place IS NOT NULL ORDER BY place;
  SELECT s.taken, s.again INTO taken, again FROM podium.registration_state(_key, _mailbox, _network, _limits) s;
  IF NOT taken AND again IS NULL THEN
    IF podium.account_open(_user, _email, _key, _password_hash, _name, _language) THEN
      UPDATE accounts SET mailbox_key = _mailbox, registered_from = _network WHERE user_id = _user;
    ELSE
      taken := true;
    END IF;
  END IF;
  RETURN NEXT;
END $$;
COMMENT ON FUNCTION podium.registration_open(uuid, text, text, text, text, text, text, text, integer[]) IS
  'Creates a profile and its account, unless the address has an account or a limit is reached, which it returns as podium.registration_state does';
REVOKE ALL ON FUNCTION podium.registration_open(uuid, text, text, text, text, text, text, text, integer[]) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.registration_open(uuid, text, text, text, text, text, text, text, integer[]) TO podium_service;
