-- version: 1
CREATE OR REPLACE FUNCTION podium.comment_allowance(_by uuid, _limit integer, _seconds integer) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  span interval := make_interval(secs => _seconds);
BEGIN
  PERFORM podium.guard(_by);
  PERFORM 1 FROM profiles WHERE id = _by FOR NO KEY UPDATE;
  RETURN (SELECT created_at + span FROM comments WHERE user_id = _by AND created_at > clock_timestamp() - span
          ORDER BY created_at DESC OFFSET _limit - 1 LIMIT 1);
END $$;
COMMENT ON FUNCTION podium.comment_allowance(uuid, integer, integer) IS
  'Returns when a person who has written `_limit` comments within the last `_seconds`, deleted ones included, may write the next one, or NULL if now. Locks the person''s profile, so that concurrent calls for the same person wait for the end of the transaction';
REVOKE ALL ON FUNCTION podium.comment_allowance(uuid, integer, integer) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.comment_allowance(uuid, integer, integer) TO podium_user, podium_service;
