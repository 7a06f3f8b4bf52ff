-- version: 2
CREATE OR REPLACE FUNCTION podium.refusal(_event uuid, _user uuid) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM event_members WHERE event_id = _event AND user_id = _user;
  RETURN CASE WHEN FOUND THEN 'not_member' ELSE 'not_found' END;
END $$;
COMMENT ON FUNCTION podium.refusal(uuid, uuid) IS
  'Returns the code for a pod that the person is not a member of: `not_member` for members of its event, `not_found` for everyone else, so that its existence stays hidden';
REVOKE ALL ON FUNCTION podium.refusal(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
