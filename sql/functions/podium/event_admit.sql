-- version: 1
CREATE OR REPLACE FUNCTION podium.event_admit(_event uuid, _by uuid, _user uuid) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  standing text := podium.event_standing(_event, _by);
BEGIN
  PERFORM podium.guard(_by);
  IF standing NOT IN ('moderator', 'maker', 'host') THEN
    RETURN standing;
  END IF;
  DELETE FROM event_bars WHERE event_id = _event AND user_id = _user;
  RETURN 'ok';
END $$;
COMMENT ON FUNCTION podium.event_admit(uuid, uuid, uuid) IS
  'Lets a barred person join the event again, on behalf of its creator, a host or a moderator; the person is no member until they join. Codes: `ok`, also if they were not barred; otherwise as podium.event_remove';
REVOKE ALL ON FUNCTION podium.event_admit(uuid, uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.event_admit(uuid, uuid, uuid) TO podium_user, podium_service;
