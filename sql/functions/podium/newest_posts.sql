-- version: 1
CREATE OR REPLACE FUNCTION podium.newest_posts(_event uuid, _limit integer) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT p.id FROM posts p WHERE p.event_id = _event ORDER BY p.created_at DESC, p.id DESC LIMIT _limit;
END $$;
COMMENT ON FUNCTION podium.newest_posts(uuid, integer) IS
  'Returns the newest posts of an event, `_limit` at most';
REVOKE ALL ON FUNCTION podium.newest_posts(uuid, integer) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.newest_posts(uuid, integer) TO podium_service;
