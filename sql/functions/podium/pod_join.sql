-- version: 2
CREATE OR REPLACE FUNCTION podium.pod_join(_pod uuid, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  p pods;
  taken smallint;
  let_in boolean;
  line messages;
BEGIN
  PERFORM podium.guard(_user);
  SELECT * INTO p FROM pods WHERE id = _pod FOR NO KEY UPDATE;
  IF p.id IS NULL OR p.closed_at IS NOT NULL THEN
    RETURN QUERY SELECT * FROM podium.outcome('not_found', _pod);
    RETURN;
  END IF;
  SELECT seat INTO taken FROM pod_members WHERE pod_id = _pod AND user_id = _user;
  IF FOUND THEN
    RETURN QUERY SELECT * FROM podium.outcome('ok', _pod, taken);
    RETURN;
  END IF;
  PERFORM 1 FROM event_members WHERE event_id = p.event_id AND user_id = _user FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN QUERY SELECT * FROM podium.outcome('not_member', _pod);
    RETURN;
  END IF;
  SELECT admitted INTO let_in FROM pod_admissions WHERE pod_id = _pod AND user_id = _user;
  IF NOT coalesce(let_in, p.join_policy = 'open') THEN
    RETURN QUERY SELECT * FROM podium.outcome('forbidden', _pod);
    RETURN;
  END IF;
  SELECT min(s) INTO taken FROM generate_series(1, p.seats) s
  WHERE NOT EXISTS (SELECT 1 FROM pod_members WHERE pod_id = _pod AND seat = s);
  IF taken IS NULL THEN
    RETURN QUERY SELECT * FROM podium.outcome('pod_full', _pod);
    RETURN;
  END IF;
  line := podium.write_line(_pod, 'joined', _user, _user);
  INSERT INTO pod_members (pod_id, user_id, event_id, seat, seats, since_seq, joined_at)
  VALUES (_pod, _user, p.event_id, taken, p.seats, line.seq, line.created_at);
  RETURN QUERY SELECT * FROM podium.outcome('ok', _pod, taken, ARRAY[line]);
END $$;
COMMENT ON FUNCTION podium.pod_join(uuid, uuid) IS
  'Gives a person the lowest free seat of a pod. Codes: `ok` with seat and line, without a line if they are a member already; `not_found` if the pod does not exist or is closed; `not_member` of the event; `forbidden` if they were removed, or are not admitted to a pod with the join policy `invite`; `pod_full`';
REVOKE ALL ON FUNCTION podium.pod_join(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_join(uuid, uuid) TO podium_user, podium_service;
