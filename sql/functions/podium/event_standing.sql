-- version: 1
CREATE OR REPLACE FUNCTION podium.event_standing(_event uuid, _by uuid) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  caller name := coalesce(nullif(current_setting('role'), 'none'), session_user);
  maker uuid;
  part text;
BEGIN
  SELECT created_by INTO maker FROM events WHERE id = _event;
  SELECT role INTO part FROM event_members WHERE event_id = _event AND user_id = _by;
  RETURN CASE WHEN maker IS NULL THEN 'not_found'
              WHEN caller <> 'podium_service' AND podium.is_moderator() THEN 'moderator'
              WHEN maker = _by THEN 'maker'
              WHEN part = 'host' THEN 'host'
              WHEN part IS NOT NULL THEN 'forbidden'
              ELSE 'not_member' END;
END $$;
COMMENT ON FUNCTION podium.event_standing(uuid, uuid) IS
  'Returns as what a person may decide who is a member of an event: `moderator`, `maker` or `host`; otherwise the refusal: `forbidden` for a member, `not_member`, or `not_found` if there is no such event';
REVOKE ALL ON FUNCTION podium.event_standing(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.event_standing(uuid, uuid) TO podium_service;
