-- version: 1
-- Ballots and taps are their people's own, so what is counted of them is answered here, for posts that the caller may read.
-- The votes for each option are left out where the poll does not show them to the caller; the service reads what everybody sees.
CREATE OR REPLACE FUNCTION podium.post_counts(_posts uuid[])
RETURNS TABLE (post_id uuid, tally jsonb, mask integer, hype bigint, taps bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
  caller name := coalesce(nullif(current_setting('role'), 'none'), session_user);
  everybody boolean := caller = 'podium_service' OR pg_has_role(caller, current_user, 'MEMBER');
  me uuid := CASE WHEN NOT everybody THEN podium.user_id() END;
  mine uuid[] := CASE WHEN NOT everybody THEN podium.my_events() || podium.my_hosted_events() END;
BEGIN
  RETURN QUERY
  SELECT p.id,
    CASE WHEN p.closed_at IS NOT NULL OR p.body ->> 'results' = 'always'
           OR (p.body ->> 'results' = 'after_vote' AND coalesce(b.mask, 0) <> 0) THEN t.tally
         ELSE t.tally || '{"counts": null}' END,
    b.mask, h.total, w.total
  FROM unnest(_posts) i (id)
  JOIN LATERAL (SELECT * FROM posts WHERE id = i.id LIMIT 1) p
    ON everybody OR p.user_id = me OR p.event_id = ANY (mine) OR podium.is_moderator()
  LEFT JOIN LATERAL (SELECT coalesce(p.final_tally, podium.poll_tally(p.id)) AS tally WHERE p.kind = 'poll') t ON true
  LEFT JOIN LATERAL (SELECT mask FROM ballots WHERE post_id = p.id AND user_id = me AND p.kind = 'poll' LIMIT 1) b ON true
  LEFT JOIN LATERAL (SELECT coalesce(sum(total), 0)::bigint AS total FROM hype_taps WHERE post_id = p.id) h ON p.kind = 'hype'
  LEFT JOIN LATERAL (SELECT total FROM hype_taps WHERE post_id = p.id AND user_id = me AND p.kind = 'hype' LIMIT 1) w ON true;
END $$;
COMMENT ON FUNCTION podium.post_counts(uuid[]) IS
  'Returns, for those of these posts that the caller may read, the tally of a poll and the taps on hype, and the caller''s own ballot and taps. The service gets what everybody sees';
REVOKE ALL ON FUNCTION podium.post_counts(uuid[]) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.post_counts(uuid[]) TO podium_user, podium_service;
