-- version: 2
CREATE OR REPLACE FUNCTION podium.leave_event(_event uuid, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_user);
  RETURN QUERY SELECT * FROM podium.leave_all(_event, 'left', _user, _user);
END $$;
COMMENT ON FUNCTION podium.leave_event(uuid, uuid) IS
  'Ends the caller''s membership in an event, after leaving each of its pods as podium.pod_leave does. Codes: `ok`, `not_member`, `not_found` if the event does not exist. Raises 40001 if a pod was joined meanwhile: call it again';
REVOKE ALL ON FUNCTION podium.leave_event(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.leave_event(uuid, uuid) TO podium_user, podium_service;
