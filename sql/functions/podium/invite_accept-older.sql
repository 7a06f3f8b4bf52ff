-- version: 3
-- podium.invite_accept without limits, which the version before this one calls.
CREATE OR REPLACE FUNCTION podium.invite_accept(_code text, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_user);
  RETURN QUERY SELECT * FROM podium.invite_accept(_code, _user, NULL, NULL, NULL);
END $$;
COMMENT ON FUNCTION podium.invite_accept(text, uuid) IS
  'As podium.invite_accept with limits, none of which holds';
REVOKE ALL ON FUNCTION podium.invite_accept(text, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.invite_accept(text, uuid) TO podium_user, podium_service;
