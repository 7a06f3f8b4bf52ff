-- version: 1
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
  'A moderator removes a member from an event and its pods, with removed lines; else as leave_event. Does not keep the person from coming back';
REVOKE ALL ON FUNCTION podium.event_remove(uuid, uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.event_remove(uuid, uuid, uuid) TO podium_user, podium_service;
