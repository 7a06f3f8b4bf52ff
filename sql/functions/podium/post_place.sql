-- version: 1
-- With the caller's rights, so that the policy of posts decides whether there is such a post.
CREATE OR REPLACE FUNCTION podium.post_place(_post uuid) RETURNS TABLE (event_id uuid, is_member boolean, is_reader boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT p.event_id, p.event_id = ANY (podium.my_events()),
         p.event_id = ANY (podium.my_read_events()) OR podium.is_moderator()
  FROM posts p WHERE p.id = _post;
END $$;
COMMENT ON FUNCTION podium.post_place(uuid) IS
  'Returns the event of a post that the caller may see, whether the caller is a member of it, and whether they may read its posts';
REVOKE ALL ON FUNCTION podium.post_place(uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.post_place(uuid) TO podium_user;
