-- version: 2
-- In a security definer function current_user is the tables' owner; the setting `role` still holds the caller's role.
CREATE OR REPLACE FUNCTION podium.guard(VARIADIC _users uuid[]) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  caller name := coalesce(nullif(current_setting('role'), 'none'), session_user);
  me uuid;
BEGIN
  IF caller = 'podium_service' OR pg_has_role(caller, current_user, 'MEMBER') THEN
    RETURN;
  END IF;
  me := podium.user_id();
  IF me IS NULL OR EXISTS (SELECT 1 FROM unnest(_users) u WHERE u IS DISTINCT FROM me) THEN
    RAISE EXCEPTION 'not on behalf of another person' USING ERRCODE = '42501';
  END IF;
END $$;
COMMENT ON FUNCTION podium.guard(uuid[]) IS
  'Raises 42501 if the caller acts on behalf of another person. podium_service and the tables'' owner may act on behalf of anyone. Every function that writes calls it first';
REVOKE ALL ON FUNCTION podium.guard(uuid[]) FROM PUBLIC, podium_user, podium_service;
