-- version: 1
CREATE OR REPLACE FUNCTION podium.invite_accept(_code text, _user uuid, _joins integer, _seconds integer, _pods integer)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  p pods;
  v record;
  line messages;
BEGIN
  PERFORM podium.guard(_user);
  -- Every change of an invitation holds the lock of its pod, so its row cannot change until the commit.
  SELECT * INTO p FROM pods WHERE id = (SELECT pod_id FROM invites WHERE code = _code) FOR NO KEY UPDATE;
  -- Nobody bars the person meanwhile, and the person takes one seat of the event at a time.
  PERFORM podium.event_turn(p.event_id, _user);
  PERFORM 1 FROM event_members WHERE event_id = p.event_id AND user_id = _user FOR NO KEY UPDATE;
  SELECT * INTO v FROM podium.invite_verdict(_code, _user, _joins, _seconds, _pods);
  IF v.code = 'rate_limited' THEN
    RETURN QUERY SELECT v.code, NULL::smallint, p.id, NULL::uuid, NULL::bigint, NULL::uuid, NULL, NULL, NULL::jsonb, v.again;
    RETURN;
  ELSIF v.code <> 'ok' OR v.is_member THEN
    RETURN QUERY SELECT * FROM podium.outcome(v.code, p.id, CASE WHEN v.is_member THEN v.seat END);
    RETURN;
  END IF;
  LOOP
    PERFORM 1 FROM event_members WHERE event_id = p.event_id AND user_id = _user FOR NO KEY UPDATE;
    EXIT WHEN FOUND;
    INSERT INTO event_members (event_id, user_id) VALUES (p.event_id, _user) ON CONFLICT DO NOTHING;
    -- Try again: ON CONFLICT does not lock the row that it met, and that row may have been deleted since.
  END LOOP;
  line := podium.write_line(p.id, 'joined', _user, _user);
  INSERT INTO pod_members (pod_id, user_id, event_id, seat, seats, since_seq, joined_at)
  VALUES (p.id, _user, p.event_id, v.seat, p.seats, line.seq, line.created_at);
  UPDATE invites SET used = used + 1 WHERE code = _code;
  RETURN QUERY SELECT * FROM podium.outcome('ok', p.id, v.seat, ARRAY[line]);
END $$;
COMMENT ON FUNCTION podium.invite_accept(text, uuid, integer, integer, integer) IS
  'Makes the caller, who knows the code, a member of the event and gives them the pod''s lowest free seat, whatever its join policy. Codes: `ok` with seat and line, which counts as a use, or without a line if they are a member already; `not_found` for an unknown code; `forbidden` for a person who is barred from the pod or the event; `pod_full`; `invite_closed`, `invite_revoked`, `invite_expired`, `invite_used_up`; `rate_limited`, where `at` is the time of the next attempt, and `too_many_pods` as podium.join_limits';
REVOKE ALL ON FUNCTION podium.invite_accept(text, uuid, integer, integer, integer) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.invite_accept(text, uuid, integer, integer, integer) TO podium_user, podium_service;
