-- version: 2
-- Waits for the voters who came before, and lets later ones wait: they are refused with the tally that this counts. Locks the poll's turn, then its row, then at the commit the event's (podium.feed_stamp).
CREATE OR REPLACE FUNCTION podium.poll_close(_post uuid, _by uuid)
RETURNS TABLE (code text, event_id uuid, fresh boolean, closed_at timestamptz, tally jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  p posts;
  is_due boolean;
BEGIN
  PERFORM podium.guard(_by);
  PERFORM podium.poll_turn(_post);
  SELECT * INTO p FROM posts WHERE id = _post FOR NO KEY UPDATE;
  is_due := coalesce(p.closes_at <= clock_timestamp(), false);
  code := CASE
    WHEN p.id IS NULL THEN 'not_found'
    WHEN _by IS NOT NULL AND _by <> p.user_id AND NOT podium.is_moderator()
      AND NOT EXISTS (SELECT 1 FROM events e WHERE e.id = p.event_id AND e.created_by = _by)
      AND NOT EXISTS (SELECT 1 FROM event_members m WHERE m.event_id = p.event_id AND m.user_id = _by AND m.role = 'host')
      THEN 'forbidden'
    WHEN p.kind <> 'poll' THEN 'not_poll'
    WHEN p.closed_at IS NULL AND _by IS NULL AND NOT is_due THEN 'open'
    ELSE 'ok' END;
  event_id := p.event_id;
  fresh := code = 'ok' AND p.closed_at IS NULL;
  IF fresh THEN
    UPDATE posts SET closed_at = CASE WHEN is_due THEN p.closes_at ELSE clock_timestamp() END, final_tally = podium.poll_tally(_post)
    WHERE id = _post RETURNING posts.closed_at, final_tally INTO closed_at, tally;
  ELSIF code = 'ok' THEN
    closed_at := p.closed_at;
    tally := p.final_tally;
  END IF;
  RETURN NEXT;
END $$;
COMMENT ON FUNCTION podium.poll_close(uuid, uuid) IS
  'Closes a poll on behalf of its author, the event''s maker, a host or a moderator; with NULL as `_by`, one whose time is over. Codes: `ok`, also for a poll that is closed already, with the final tally; `open` if its time is not over; `not_poll`, `forbidden`, `not_found`. `fresh` if this call closed it';
REVOKE ALL ON FUNCTION podium.poll_close(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.poll_close(uuid, uuid) TO podium_user, podium_service;
