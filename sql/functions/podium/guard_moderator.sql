-- version: 1
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
  'Refuses (42501) a caller who claims to be a moderator and is none. podium_service answers for its claim itself';
REVOKE ALL ON FUNCTION podium.guard_moderator(boolean) FROM PUBLIC, podium_user, podium_service;
