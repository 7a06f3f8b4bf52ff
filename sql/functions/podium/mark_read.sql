-- version: 2
-- A read mark is not an entry of the log, but takes the pod's lock like one: read marks and membership changes lock a pod's
-- members in different orders, and a mark that is written under the lock is not sent to a person who left before it.
CREATE OR REPLACE FUNCTION podium.mark_read(_pod uuid[], _user uuid[], _seq bigint[])
RETURNS TABLE (ord int, code text, read_seq bigint, moved boolean, head bigint, unread int)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  entry record;
  p pods;
  s pod_members;
BEGIN
  PERFORM podium.guard(VARIADIC _user);
  PERFORM 1 FROM pods WHERE id = ANY (_pod) ORDER BY id FOR NO KEY UPDATE;
  FOR entry IN
    SELECT i.ord::int AS ord, i.pod_id, i.user_id, i.seq
    FROM unnest(_pod, _user, _seq) WITH ORDINALITY i (pod_id, user_id, seq, ord) ORDER BY i.ord
  LOOP
    ord := entry.ord; read_seq := NULL; moved := false; head := NULL; unread := NULL;
    SELECT * INTO p FROM pods WHERE id = entry.pod_id;
    IF p.id IS NULL OR p.closed_at IS NOT NULL THEN
      code := 'not_found';
      RETURN NEXT;
      CONTINUE;
    END IF;
    SELECT * INTO s FROM pod_members WHERE pod_id = entry.pod_id AND user_id = entry.user_id;
    IF s.user_id IS NULL THEN
      code := podium.refusal(p.event_id, entry.user_id);
      RETURN NEXT;
      CONTINUE;
    END IF;
    code := 'ok';
    head := p.last_seq;
    read_seq := greatest(s.read_seq, least(entry.seq, p.last_seq));
    moved := read_seq > s.read_seq;
    IF moved THEN
      s.read_seq := read_seq;
      UPDATE pod_members SET read_seq = s.read_seq WHERE pod_id = entry.pod_id AND user_id = entry.user_id;
    END IF;
    SELECT count(*)::int INTO unread FROM (
      SELECT 1 FROM messages m
      WHERE m.pod_id = entry.pod_id AND m.seq > greatest(s.read_seq, s.since_seq) AND m.kind = 'text'
        AND m.user_id <> entry.user_id AND m.deleted_at IS NULL
      LIMIT 99) counted;
    RETURN NEXT;
  END LOOP;
END $$;
COMMENT ON FUNCTION podium.mark_read(uuid[], uuid[], bigint[]) IS
  'Moves read marks forward, never back and never above the head, and returns an outcome for each (`ord` from 1): `ok` with the mark''s position, whether this call moved it, the head, and the number of other people''s texts above it, up to 99; `not_found` and `not_member` as podium.append. Run it outside a transaction';
REVOKE ALL ON FUNCTION podium.mark_read(uuid[], uuid[], bigint[]) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.mark_read(uuid[], uuid[], bigint[]) TO podium_user, podium_service;
