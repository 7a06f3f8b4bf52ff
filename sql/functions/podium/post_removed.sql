-- version: 1
CREATE OR REPLACE FUNCTION podium.post_removed(_event uuid, _post uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM event_removals WHERE event_id = _event AND kind = 'post' AND id = _post);
END $$;
COMMENT ON FUNCTION podium.post_removed(uuid, uuid) IS
  'Returns whether a post with this id was deleted from the event within the last hour: a late repeat of the request that made it must not make it again';
REVOKE ALL ON FUNCTION podium.post_removed(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.post_removed(uuid, uuid) TO podium_user, podium_service;
