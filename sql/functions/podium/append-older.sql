-- version: 2
-- The reasons for this form (each point was tested under concurrency, and each alternative failed):
--   * Two statements. The first only locks, in order of id, so that groups never deadlock; the second has a snapshot taken
--     under these locks, so the rows that it checks cannot change before it commits. A single statement with CTEs has a
--     snapshot that is older than its locks.
--   * A repeat is detected before membership is checked: a person who has left still gets the outcome of an earlier send.
--     `conflict`, for an id of another person, is returned to members only: otherwise a stranger could probe which ids exist.
--   * An id is unique within its pod. Whether the same person has used it in another pod is not checked: groups in different
--     pods hold different locks, so only a unique key on id alone could decide it, and a table that is partitioned by pod_id
--     cannot have one.
--   * The plan is generic, without sequential scans or JIT, and looks each entry up by itself: statistics lag far behind a
--     table that grows by thousands of rows a second, and a plan made from them once cost 5 ms a message.
CREATE OR REPLACE FUNCTION podium.append(_pod uuid[], _id uuid[], _user uuid[], _text text[])
RETURNS TABLE (ord int, code text, seq bigint, at timestamptz, fresh boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE t timestamptz;
BEGIN
  PERFORM podium.guard(VARIADIC _user);
  PERFORM 1 FROM pods WHERE id = ANY (_pod) ORDER BY id FOR NO KEY UPDATE;
  t := clock_timestamp();
  RETURN QUERY
  WITH judged AS (
    SELECT i.ord, i.pod_id, i.id, i.user_id, i.txt, p.last_seq, x.seq AS old_seq, x.created_at AS old_at,
      CASE WHEN x.user_id = i.user_id AND x.kind = 'text' THEN 'repeat'
           WHEN p.id IS NULL OR p.closed_at IS NOT NULL THEN 'not_found'
           WHEN m.user_id IS NULL THEN podium.refusal(p.event_id, i.user_id)
           WHEN x.id IS NOT NULL THEN 'conflict'
           ELSE 'new' END AS verdict
    FROM unnest(_pod, _id, _user, _text) WITH ORDINALITY i (pod_id, id, user_id, txt, ord)
    LEFT JOIN LATERAL (SELECT * FROM pods WHERE id = i.pod_id LIMIT 1) p ON true
    LEFT JOIN LATERAL (SELECT user_id FROM pod_members WHERE pod_id = i.pod_id AND user_id = i.user_id LIMIT 1) m ON true
    LEFT JOIN LATERAL (SELECT * FROM messages WHERE id = i.id OFFSET 0) x ON x.pod_id = i.pod_id),
  nth AS (
    SELECT j.*, row_number() OVER w AS n, first_value(user_id) OVER w AS first_user
    FROM judged j WINDOW w AS (PARTITION BY pod_id, id, verdict = 'new' ORDER BY ord)),
  numbered AS (
    SELECT *, last_seq + count(*) FILTER (WHERE verdict = 'new' AND n = 1) OVER (PARTITION BY pod_id ORDER BY ord) AS s
    FROM nth),
  done AS MATERIALIZED (
    SELECT *, first_value(s) OVER (PARTITION BY pod_id, id, verdict = 'new' ORDER BY ord) AS new_seq FROM numbered),
  ins AS (
    INSERT INTO messages (pod_id, id, seq, changed_seq, user_id, kind, text, created_at)
    SELECT pod_id, id, new_seq, new_seq, user_id, 'text', txt, t FROM done WHERE verdict = 'new' AND n = 1 ORDER BY ord),
  bump AS (
    UPDATE pods p SET last_seq = b.top
    FROM (SELECT pod_id, max(new_seq) AS top FROM done WHERE verdict = 'new' GROUP BY 1) b WHERE p.id = b.pod_id)
  SELECT d.ord::int,
         CASE WHEN verdict = 'repeat' THEN 'ok' WHEN verdict <> 'new' THEN verdict
              WHEN first_user = user_id THEN 'ok' ELSE 'conflict' END,
         CASE WHEN verdict = 'repeat' THEN old_seq WHEN verdict = 'new' AND first_user = user_id THEN new_seq END,
         CASE WHEN verdict = 'repeat' THEN old_at  WHEN verdict = 'new' AND first_user = user_id THEN t END,
         verdict = 'new' AND n = 1
  FROM done d ORDER BY ord;
END $$;
COMMENT ON FUNCTION podium.append(uuid[], uuid[], uuid[], text[]) IS
  'Stores a group of messages and returns an outcome for each, in order (`ord` from 1): `ok` with seq and time, `conflict`, `not_found` or `not_member`. `fresh` is false for a repeat, which gets its first outcome again. One call is one group: run it outside a transaction, so that a stalled client holds no lock';
REVOKE ALL ON FUNCTION podium.append(uuid[], uuid[], uuid[], text[]) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.append(uuid[], uuid[], uuid[], text[]) TO podium_user, podium_service;
