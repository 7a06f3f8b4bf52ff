-- version: 1
CREATE OR REPLACE FUNCTION podium.account_open(_user uuid, _email text, _key text, _password_hash text, _name text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_user);
  IF EXISTS (SELECT 1 FROM accounts WHERE email_key = _key) THEN
    RETURN false;
  END IF;
  INSERT INTO profiles (id, display_name, email) VALUES (_user, _name, _email);
  INSERT INTO accounts (user_id, email, email_key, password_hash) VALUES (_user, _email, _key, _password_hash);
  RETURN true;
EXCEPTION WHEN unique_violation THEN
  -- Somebody took the address at the same moment; the profile goes back with this block.
  RETURN false;
END $$;
COMMENT ON FUNCTION podium.account_open(uuid, text, text, text, text) IS
  'Makes a profile and its account; false when the address has one';
REVOKE ALL ON FUNCTION podium.account_open(uuid, text, text, text, text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.account_open(uuid, text, text, text, text) TO podium_service;
