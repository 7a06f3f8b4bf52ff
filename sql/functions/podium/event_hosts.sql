-- version: 1
-- A function, since the event's maker need not be a member, and members alone read each other's rows.
CREATE OR REPLACE FUNCTION podium.event_hosts(_event uuid)
RETURNS TABLE (user_id uuid, display_name text, avatar_url text, joined_at timestamp with time zone)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  me uuid := podium.user_id();
  maker boolean := EXISTS (SELECT 1 FROM events WHERE id = _event AND created_by = me);
BEGIN
  IF NOT maker AND NOT podium.is_moderator()
     AND NOT EXISTS (SELECT 1 FROM event_members m WHERE m.event_id = _event AND m.user_id = me) THEN
    RETURN;
  END IF;
  RETURN QUERY
  SELECT m.user_id, p.display_name, CASE WHEN p.avatar_url ~* '^https://' THEN p.avatar_url END, m.joined_at
  FROM event_members m JOIN profiles p ON p.id = m.user_id
  WHERE m.event_id = _event AND m.role = 'host'
    AND (NOT m.hidden OR maker OR m.user_id = me OR podium.is_moderator())
  ORDER BY m.joined_at, m.user_id;
END $$;
COMMENT ON FUNCTION podium.event_hosts(uuid) IS
  'Returns an event''s hosts with their names, for its members, its creator and moderators; nothing to anybody else. Hosts who hide are returned to themselves, to the creator, who named them, and to moderators';
REVOKE ALL ON FUNCTION podium.event_hosts(uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.event_hosts(uuid) TO podium_user;
