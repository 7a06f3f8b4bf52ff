-- version: 1
-- For the writers of the service alone, which give the voter's id. Locks in this order: the turns of the polls (poll_turn.sql),
-- their rows by id, the ballots by poll and voter. A closing waits for these locks, so a ballot is taken before it and counted,
-- or judged after it and refused.
--   * Several entries of one person in a group: the last valid one counts, as if they had come one after the other.
--   * The same options again change nothing, and so does a withdrawal without a ballot.
--   * `_count` are the polls to count, once for all entries, after they were taken.
CREATE OR REPLACE FUNCTION podium.ballots_cast(_post uuid[], _user uuid[], _mask integer[], _count uuid[])
RETURNS TABLE (ord integer, code text, event_id uuid, moved boolean, results text, tally jsonb, took double precision, closed_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  t timestamptz;
  codes text[];
  moves boolean[];
  tallies jsonb;
  spent double precision;
BEGIN
  PERFORM podium.guard(VARIADIC _user);
  PERFORM pg_advisory_xact_lock_shared(turn)
  FROM (SELECT DISTINCT hashtextextended(p::text, 20) AS turn FROM unnest(_post) p ORDER BY 1) turns;
  PERFORM 1 FROM posts WHERE id = ANY (_post) ORDER BY id FOR SHARE;
  t := clock_timestamp();
  WITH judged AS MATERIALIZED (
    SELECT i.ord, i.post_id, i.user_id, i.mask,
      CASE WHEN p.id IS NULL THEN 'not_found'
           WHEN m.user_id IS NULL THEN podium.post_refusal(p.event_id, p.user_id, i.user_id)
           WHEN p.kind <> 'poll' THEN 'not_poll'
           WHEN p.closed_at IS NOT NULL THEN 'closed'
           WHEN p.closes_at <= t THEN 'due'
           WHEN i.mask >> jsonb_array_length(p.body -> 'options') <> 0 THEN 'no_option'
           WHEN p.body ->> 'mode' = 'single' AND i.mask & (i.mask - 1) <> 0 THEN 'one_option'
           ELSE 'ok' END AS code
    FROM unnest(_post, _user, _mask) WITH ORDINALITY i (post_id, user_id, mask, ord)
    LEFT JOIN LATERAL (SELECT * FROM posts WHERE id = i.post_id LIMIT 1) p ON true
    LEFT JOIN LATERAL (SELECT user_id FROM event_members WHERE event_id = p.event_id AND user_id = i.user_id LIMIT 1) m ON true),
  last AS (
    SELECT DISTINCT ON (post_id, user_id) post_id, user_id, mask FROM judged WHERE code = 'ok'
    ORDER BY post_id, user_id, ord DESC),
  put AS (
    INSERT INTO ballots AS b (post_id, user_id, mask, created_at, updated_at)
    SELECT post_id, user_id, mask, t, t FROM last l
    WHERE mask <> 0 OR EXISTS (SELECT 1 FROM ballots o WHERE o.post_id = l.post_id AND o.user_id = l.user_id)
    ORDER BY post_id, user_id
    ON CONFLICT (post_id, user_id) DO UPDATE SET mask = excluded.mask, changes = b.changes + 1, updated_at = t
      WHERE b.mask <> excluded.mask
    RETURNING b.post_id)
  SELECT array_agg(code ORDER BY ord), array_agg(post_id IN (SELECT post_id FROM put) ORDER BY ord) INTO codes, moves FROM judged;
  t := clock_timestamp();
  SELECT jsonb_object_agg(id, podium.poll_tally(id)) INTO tallies FROM unnest(_count) id;
  spent := extract(epoch FROM clock_timestamp() - t);
  RETURN QUERY
  SELECT i.ord::int, codes[i.ord], p.event_id, moves[i.ord], p.body ->> 'results',
    CASE WHEN i.n = 1 THEN coalesce(p.final_tally, tallies -> i.post_id::text) END, spent, p.closed_at
  FROM (SELECT *, row_number() OVER (PARTITION BY post_id ORDER BY ord) AS n
        FROM unnest(_post) WITH ORDINALITY g (post_id, ord)) i
  LEFT JOIN LATERAL (SELECT * FROM posts WHERE id = i.post_id LIMIT 1) p ON true
  ORDER BY i.ord;
END $$;
COMMENT ON FUNCTION podium.ballots_cast(uuid[], uuid[], integer[], uuid[]) IS
  'Takes votes, and answers each by itself: `ok`; `closed`; `due` if the poll''s time is over and it is not closed yet (podium.poll_close does that); `not_poll`; `no_option` or `one_option` if the options do not fit the poll; `not_member` and `not_found`. The first row of each poll has its final tally, or its tally now if it is in `_count`; `took` is how long counting took, in seconds';
REVOKE ALL ON FUNCTION podium.ballots_cast(uuid[], uuid[], integer[], uuid[]) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.ballots_cast(uuid[], uuid[], integer[], uuid[]) TO podium_service;
