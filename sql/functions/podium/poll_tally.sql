-- version: 1
CREATE OR REPLACE FUNCTION podium.poll_tally(_post uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp SET jit = off AS $$
DECLARE
  options integer;
  tally jsonb;
BEGIN
  SELECT jsonb_array_length(body -> 'options') INTO options FROM posts WHERE id = _post;
  -- By mask first: there are few different ones.
  WITH masks AS MATERIALIZED (
    SELECT mask, count(*) AS people, sum(changes) AS changes FROM ballots WHERE post_id = _post GROUP BY mask)
  SELECT jsonb_build_object(
    'rev', coalesce(sum(changes), 0), 'voters', coalesce(sum(people) FILTER (WHERE mask <> 0), 0),
    'counts', (SELECT jsonb_agg((SELECT coalesce(sum(people), 0) FROM masks WHERE (mask >> o) & 1 = 1) ORDER BY o)
               FROM generate_series(0, options - 1) o))
  INTO tally FROM masks;
  RETURN tally;
END $$;
COMMENT ON FUNCTION podium.poll_tally(uuid) IS
  'Counts the ballots of a poll: `rev`, which ascends with each change of a ballot, `voters`, and `counts` by option';
REVOKE ALL ON FUNCTION podium.poll_tally(uuid) FROM PUBLIC, podium_user, podium_service;
