-- version: 1
CREATE OR REPLACE FUNCTION podium.comment_delete(_comment uuid, _by uuid)
RETURNS TABLE (code text, event uuid, post uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  c comments;
BEGIN
  PERFORM podium.guard(_by);
  SELECT * INTO c FROM comments WHERE id = _comment FOR NO KEY UPDATE;
  event := c.event_id;
  post := c.post_id;
  code := CASE
    WHEN c.user_id = _by OR c.event_id = ANY (podium.my_hosted_events()) OR podium.is_moderator() THEN 'ok'
    WHEN c.event_id = ANY (podium.my_events()) AND c.deleted_at IS NULL THEN 'forbidden'
    ELSE 'not_found' END;
  IF c.id IS NULL THEN
    code := 'not_found';
  ELSIF code = 'ok' AND c.deleted_at IS NULL THEN
    UPDATE comments SET text = '', edited_at = NULL, deleted_at = clock_timestamp() WHERE id = _comment;
  END IF;
  RETURN NEXT;
END $$;
COMMENT ON FUNCTION podium.comment_delete(uuid, uuid) IS
  'Deletes a comment on behalf of its author, of the event''s creator, a host or a moderator: its text goes, its row stays. A repeat changes nothing. Codes: `ok`, `forbidden` for other members of the event, `not_found`. Returns the event and the post, too';
REVOKE ALL ON FUNCTION podium.comment_delete(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.comment_delete(uuid, uuid) TO podium_user;
