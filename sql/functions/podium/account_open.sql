-- version: 1
CREATE OR REPLACE FUNCTION podium.account_open(_user uuid, _email text, _key text, _password_hash text, _name text, _language text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_user);
  IF EXISTS (SELECT 1 FROM accounts WHERE email_key = _key) THEN
    RETURN false;
  END IF;
  INSERT INTO profiles (id, display_name, email, language) VALUES (_user, _name, _email, _language);
  INSERT INTO accounts (user_id, email, email_key, password_hash) VALUES (_user, _email, _key, _password_hash);
  RETURN true;
EXCEPTION WHEN unique_violation THEN
  -- A concurrent call took the address; this block's insert of the profile is rolled back.
  RETURN false;
END $$;
COMMENT ON FUNCTION podium.account_open(uuid, text, text, text, text, text) IS
  'Creates a profile, with its language if one is given, and its account. Returns false if the address already has an account';
REVOKE ALL ON FUNCTION podium.account_open(uuid, text, text, text, text, text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.account_open(uuid, text, text, text, text, text) TO podium_service;
