-- version: 2
CREATE OR REPLACE FUNCTION podium.event_remove(_event uuid, _by uuid, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_by);
  PERFORM podium.guard_moderator(true);
  RETURN QUERY SELECT * FROM podium.leave_all(_event, 'removed', _user, _by);
END $$;
COMMENT ON FUNCTION podium.event_remove(uuid, uuid, uuid) IS
  'Removes a member from an event and its pods on behalf of a moderator, and writes `removed` lines; otherwise as podium.leave_event. It does not keep the person from joining again';
REVOKE ALL ON FUNCTION podium.event_remove(uuid, uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.event_remove(uuid, uuid, uuid) TO podium_user, podium_service;
