-- version: 2
-- podium.append with replies and mentions. The signature without them stays: the version before this one calls it, and groups
-- without a reply or a mention use it, since it is cheaper. Its file explains the rules that hold for both.
--   * A message may answer any message that its sender may read, also a deleted one. A message and an answer to it that are
--     pushed at the same time work, since the journal does not put both into one group.
--   * A mentioned person must be a member at this moment. Each array comes as text, since the elements of an array of arrays
--     must have the same length.
CREATE OR REPLACE FUNCTION podium.append(_pod uuid[], _id uuid[], _user uuid[], _text text[], _reply uuid[], _mentions text[])
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
    SELECT i.ord, i.pod_id, i.id, i.user_id, i.txt, i.reply, i.mentions::uuid[] AS mentions, p.last_seq,
      x.seq AS old_seq, x.created_at AS old_at,
      CASE WHEN x.user_id = i.user_id AND x.kind = 'text' THEN 'repeat'
           WHEN p.id IS NULL OR p.closed_at IS NOT NULL THEN 'not_found'
           WHEN m.user_id IS NULL THEN podium.refusal(p.event_id, i.user_id)
           WHEN x.id IS NOT NULL THEN 'conflict'
           WHEN i.reply IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM (SELECT pod_id, seq FROM messages WHERE id = i.reply OFFSET 0) r
             WHERE r.pod_id = i.pod_id AND r.seq >= m.since_seq) THEN 'invalid_reply'
           WHEN i.mentions IS NOT NULL AND EXISTS (
             SELECT 1 FROM unnest(i.mentions::uuid[]) named
             WHERE NOT EXISTS (SELECT 1 FROM pod_members o WHERE o.pod_id = i.pod_id AND o.user_id = named))
             THEN 'invalid_mentions'
           ELSE 'new' END AS verdict
    FROM unnest(_pod, _id, _user, _text, _reply, _mentions) WITH ORDINALITY i (pod_id, id, user_id, txt, reply, mentions, ord)
    LEFT JOIN LATERAL (SELECT * FROM pods WHERE id = i.pod_id LIMIT 1) p ON true
    LEFT JOIN LATERAL (SELECT user_id, since_seq FROM pod_members WHERE pod_id = i.pod_id AND user_id = i.user_id LIMIT 1) m ON true
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
    INSERT INTO messages (pod_id, id, seq, changed_seq, user_id, kind, text, reply_to, mentions, created_at)
    SELECT pod_id, id, new_seq, new_seq, user_id, 'text', txt, reply, coalesce(mentions, '{}'), t FROM done WHERE verdict = 'new' AND n = 1 ORDER BY ord),
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
COMMENT ON FUNCTION podium.append(uuid[], uuid[], uuid[], text[], uuid[], text[]) IS
  'As podium.append without the last two arguments. For each message, `_reply` is the message of the same pod that it answers, or NULL, and `_mentions` holds the array of mentioned members as text, or NULL. `invalid_reply` if that message does not exist or is older than the sender''s membership; `invalid_mentions` if a mentioned person is not a member';
REVOKE ALL ON FUNCTION podium.append(uuid[], uuid[], uuid[], text[], uuid[], text[]) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.append(uuid[], uuid[], uuid[], text[], uuid[], text[]) TO podium_user, podium_service;
