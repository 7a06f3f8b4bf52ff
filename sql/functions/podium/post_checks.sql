-- version: 1
CREATE OR REPLACE FUNCTION podium.post_checks(_kind post_kind, _events uuid[], _live integer)
RETURNS TABLE (event_id uuid, total bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
#variable_conflict use_column
BEGIN
  IF _kind = 'poll' THEN
    RETURN QUERY
    SELECT i.event_id, coalesce(c.total, 0) FROM unnest(_events) i (event_id)
    CROSS JOIN LATERAL (
      SELECT sum(podium.tally_check(p.id, r.revision))::bigint AS total
      FROM (SELECT id FROM posts WHERE event_id = i.event_id AND kind = 'poll' AND closed_at IS NULL
            ORDER BY created_at DESC, id DESC LIMIT _live) p
      CROSS JOIN LATERAL (SELECT coalesce(sum(changes), 0)::bigint AS revision FROM ballots WHERE post_id = p.id) r) c;
  ELSE
    RETURN QUERY
    SELECT i.event_id, coalesce(c.total, 0) FROM unnest(_events) i (event_id)
    CROSS JOIN LATERAL (
      SELECT sum(podium.tally_check(p.id, r.revision))::bigint AS total
      FROM (SELECT id FROM posts WHERE event_id = i.event_id AND kind = 'hype'
            ORDER BY created_at DESC, id DESC LIMIT _live) p
      CROSS JOIN LATERAL (SELECT coalesce(sum(total), 0)::bigint AS revision FROM hype_taps WHERE post_id = p.id) r) c;
  END IF;
END $$;
COMMENT ON FUNCTION podium.post_checks(post_kind, uuid[], integer) IS
  'Returns, for each of these events, the sum of podium.tally_check over its newest `_live` open polls, or posts of the kind `hype`';
REVOKE ALL ON FUNCTION podium.post_checks(post_kind, uuid[], integer) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.post_checks(post_kind, uuid[], integer) TO podium_service;
