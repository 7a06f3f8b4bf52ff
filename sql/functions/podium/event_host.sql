-- version: 2
CREATE OR REPLACE FUNCTION podium.event_host(_event uuid, _by uuid, _user uuid, _host boolean) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_by);
  IF NOT EXISTS (SELECT 1 FROM events WHERE id = _event) THEN
    RETURN 'not_found';
  ELSIF NOT EXISTS (SELECT 1 FROM events WHERE id = _event AND created_by = _by) THEN
    RETURN 'forbidden';
  END IF;
  UPDATE event_members SET role = CASE WHEN _host THEN 'host' ELSE 'member' END WHERE event_id = _event AND user_id = _user;
  RETURN CASE WHEN FOUND THEN 'ok' ELSE 'not_member' END;
END $$;
COMMENT ON FUNCTION podium.event_host(uuid, uuid, uuid, boolean) IS
  'Makes a member a host of the event, who may change the meet point, or a plain member again, on behalf of the event''s creator. Codes: `ok`, `not_found`, `forbidden`, or `not_member` if that person is not a member';
REVOKE ALL ON FUNCTION podium.event_host(uuid, uuid, uuid, boolean) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.event_host(uuid, uuid, uuid, boolean) TO podium_user, podium_service;
