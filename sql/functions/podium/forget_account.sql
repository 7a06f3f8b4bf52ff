-- version: 2
CREATE OR REPLACE FUNCTION podium.forget_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  DELETE FROM accounts WHERE user_id = NEW.id;
  UPDATE sign_ins SET ended_at = clock_timestamp() WHERE user_id = NEW.id AND ended_at IS NULL;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION podium.forget_account() IS
  'Trigger: deletes the account and ends all sign-ins of a profile that is deleted';
REVOKE ALL ON FUNCTION podium.forget_account() FROM PUBLIC, podium_user, podium_service;
