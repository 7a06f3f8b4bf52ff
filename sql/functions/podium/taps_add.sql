-- version: 2
-- For the writers of the service alone. Rows are locked by post and person, one after the other, since two devices of a person
-- share an allowance: 20 taps a second, 40 at once.
CREATE OR REPLACE FUNCTION podium.taps_add(_post uuid[], _user uuid[], _source text[], _total bigint[])
RETURNS TABLE (ord integer, code text, event_id uuid, accepted bigint, mine bigint, wait_ms bigint, moved boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  i record;
  taps hype_taps;
  t timestamptz;
  have bigint;
  wanted bigint;
  room double precision;
BEGIN
  PERFORM podium.guard(VARIADIC _user);
  -- The deletion of a post locks the post, then its taps. Without this a group with taps on several posts could lock taps of
  -- one and wait for the other, whose deletion waits for the first.
  PERFORM 1 FROM posts WHERE id = ANY (_post) ORDER BY id FOR KEY SHARE;
  FOR i IN
    SELECT g.*, p.event_id,
      CASE WHEN p.id IS NULL THEN 'not_found'
           WHEN m.user_id IS NULL THEN podium.post_refusal(p.event_id, p.user_id, g.user_id)
           WHEN p.kind <> 'hype' THEN 'not_hype'
           ELSE 'ok' END AS code
    FROM unnest(_post, _user, _source, _total) WITH ORDINALITY g (post_id, user_id, source, total, ord)
    LEFT JOIN LATERAL (SELECT * FROM posts WHERE id = g.post_id LIMIT 1) p ON true
    LEFT JOIN LATERAL (SELECT user_id FROM event_members WHERE event_id = p.event_id AND user_id = g.user_id LIMIT 1) m ON true
    ORDER BY g.post_id, g.user_id, g.ord
  LOOP
    ord := i.ord;
    code := i.code;
    event_id := i.event_id;
    accepted := NULL;
    mine := NULL;
    wait_ms := 0;
    moved := false;
    IF code = 'ok' THEN
      SELECT * INTO taps FROM hype_taps WHERE post_id = i.post_id AND user_id = i.user_id FOR NO KEY UPDATE;
      IF NOT FOUND THEN
        INSERT INTO hype_taps (post_id, user_id) VALUES (i.post_id, i.user_id) ON CONFLICT DO NOTHING;
        SELECT * INTO taps FROM hype_taps WHERE post_id = i.post_id AND user_id = i.user_id FOR NO KEY UPDATE;
      END IF;
      t := clock_timestamp();
      have := coalesce((taps.sources ->> i.source)::bigint, 0);
      wanted := greatest(i.total - have, 0);
      room := least(40, taps.allowance + 20 * greatest(extract(epoch FROM t - taps.allowed_at), 0));
      accepted := have;
      mine := taps.total;
      IF NOT taps.sources ? i.source AND (SELECT count(*) FROM jsonb_object_keys(taps.sources)) >= 8 THEN
        code := 'sources';
      ELSIF wanted > 0 THEN
        accepted := have + least(wanted, floor(room)::bigint);
        IF accepted > have THEN
          UPDATE hype_taps h SET sources = h.sources || jsonb_build_object(i.source, accepted), total = h.total + accepted - have,
            allowance = room - (accepted - have), allowed_at = t
          WHERE post_id = i.post_id AND user_id = i.user_id RETURNING h.total INTO mine;
          moved := true;
        END IF;
        IF accepted < i.total THEN
          -- Until the rest may come at once, or as much as a second brings.
          wait_ms := greatest(ceil((least(i.total - accepted, 20) - (room - (accepted - have))) * 50), 1);
        END IF;
      END IF;
    END IF;
    RETURN NEXT;
  END LOOP;
END $$;
COMMENT ON FUNCTION podium.taps_add(uuid[], uuid[], text[], bigint[]) IS
  'Raises the totals of devices, as far as the allowances of their people let it, and answers each by itself: `accepted` of the device, `mine` of all its person''s devices, and `wait_ms` until more may be accepted if less was than given. Codes: `ok`; `sources` if the person has eight other devices; `not_hype`, `not_member`, `not_found`. Rows come in the order of posts and people';
REVOKE ALL ON FUNCTION podium.taps_add(uuid[], uuid[], text[], bigint[]) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.taps_add(uuid[], uuid[], text[], bigint[]) TO podium_service;
