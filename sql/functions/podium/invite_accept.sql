-- version: 2
CREATE OR REPLACE FUNCTION podium.invite_accept(_code text, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  p pods;
  i invites;
  taken smallint;
  state text;
  line messages;
BEGIN
  PERFORM podium.guard(_user);
  SELECT * INTO p FROM pods WHERE id = (SELECT pod_id FROM invites WHERE code = _code) FOR NO KEY UPDATE;
  -- Every change of an invitation holds the lock of its pod, so this row cannot change until the commit.
  SELECT * INTO i FROM invites WHERE code = _code;
  IF i.id IS NULL THEN
    RETURN QUERY SELECT * FROM podium.outcome('not_found', NULL);
    RETURN;
  END IF;
  SELECT seat INTO taken FROM pod_members WHERE pod_id = p.id AND user_id = _user;
  IF FOUND THEN
    RETURN QUERY SELECT * FROM podium.outcome('ok', p.id, taken);
    RETURN;
  END IF;
  IF EXISTS (SELECT 1 FROM pod_admissions WHERE pod_id = p.id AND user_id = _user AND NOT admitted) THEN
    RETURN QUERY SELECT * FROM podium.outcome('forbidden', p.id);
    RETURN;
  END IF;
  state := podium.invite_state(i, p);
  IF state <> 'open' THEN
    RETURN QUERY SELECT * FROM podium.outcome(CASE state WHEN 'full' THEN 'pod_full' ELSE 'invite_' || state END, p.id);
    RETURN;
  END IF;
  LOOP
    PERFORM 1 FROM event_members WHERE event_id = p.event_id AND user_id = _user FOR KEY SHARE;
    EXIT WHEN FOUND;
    INSERT INTO event_members (event_id, user_id) VALUES (p.event_id, _user) ON CONFLICT DO NOTHING;
    -- Try again: ON CONFLICT does not lock the row that it met, and that row may have been deleted since.
  END LOOP;
  SELECT min(s) INTO taken FROM generate_series(1, p.seats) s
  WHERE NOT EXISTS (SELECT 1 FROM pod_members WHERE pod_id = p.id AND seat = s);
  line := podium.write_line(p.id, 'joined', _user, _user);
  INSERT INTO pod_members (pod_id, user_id, event_id, seat, seats, since_seq, joined_at)
  VALUES (p.id, _user, p.event_id, taken, p.seats, line.seq, line.created_at);
  UPDATE invites SET used = used + 1 WHERE id = i.id;
  RETURN QUERY SELECT * FROM podium.outcome('ok', p.id, taken, ARRAY[line]);
END $$;
COMMENT ON FUNCTION podium.invite_accept(text, uuid) IS
  'Makes the caller, who knows the code, a member of the event and gives them the pod''s lowest free seat, whatever its join policy. Codes: `ok` with seat and line, which counts as a use, or without a line if they are a member already; `not_found` for an unknown code; `forbidden` for a person who was removed; `pod_full`; `invite_closed`, `invite_revoked`, `invite_expired`, `invite_used_up`';
REVOKE ALL ON FUNCTION podium.invite_accept(text, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.invite_accept(text, uuid) TO podium_user, podium_service;
