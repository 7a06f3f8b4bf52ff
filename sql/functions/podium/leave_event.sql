-- version: 1
CREATE OR REPLACE FUNCTION podium.leave_event(_event uuid, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_user);
  RETURN QUERY SELECT * FROM podium.leave_all(_event, 'left', _user, _user);
END $$;
COMMENT ON FUNCTION podium.leave_event(uuid, uuid) IS
  'Leaves an event, and first each of its pods as pod_leave does. not_member; not_found when there is no such event; SQLSTATE 40001 when a pod was joined meanwhile: ask again';
REVOKE ALL ON FUNCTION podium.leave_event(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.leave_event(uuid, uuid) TO podium_user, podium_service;
