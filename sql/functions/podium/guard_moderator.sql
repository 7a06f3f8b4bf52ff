-- version: 2
CREATE OR REPLACE FUNCTION podium.guard_moderator(_claims boolean) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  caller name := coalesce(nullif(current_setting('role'), 'none'), session_user);
BEGIN
  IF _claims AND caller <> 'podium_service' AND NOT podium.is_moderator() THEN
    RAISE EXCEPTION 'not a moderator' USING ERRCODE = '42501';
  END IF;
END $$;
COMMENT ON FUNCTION podium.guard_moderator(boolean) IS
  'Raises 42501 if `_claims` is true and the caller is not a moderator. podium_service has verified the claim itself';
REVOKE ALL ON FUNCTION podium.guard_moderator(boolean) FROM PUBLIC, podium_user, podium_service;
