-- version: 1
CREATE OR REPLACE FUNCTION podium.pod_join(_pod uuid, _user uuid, _joins integer, _seconds integer, _pods integer)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  p pods;
  v record;
  line messages;
BEGIN
  PERFORM podium.guard(_user);
  SELECT * INTO p FROM pods WHERE id = _pod FOR NO KEY UPDATE;
  -- The person takes one seat of the event at a time, and stays a member of the event meanwhile.
  PERFORM 1 FROM event_members WHERE event_id = p.event_id AND user_id = _user FOR NO KEY UPDATE;
  SELECT * INTO v FROM podium.join_verdict(_pod, _user, _joins, _seconds, _pods);
  IF v.code = 'rate_limited' THEN
    RETURN QUERY SELECT v.code, NULL::smallint, _pod, NULL::uuid, NULL::bigint, NULL::uuid, NULL, NULL, NULL::jsonb, v.again;
  ELSIF v.code <> 'ok' OR v.is_member THEN
    RETURN QUERY SELECT * FROM podium.outcome(v.code, _pod, CASE WHEN v.is_member THEN v.seat END);
  ELSE
    line := podium.write_line(_pod, 'joined', _user, _user);
    INSERT INTO pod_members (pod_id, user_id, event_id, seat, seats, since_seq, joined_at)
    VALUES (_pod, _user, p.event_id, v.seat, p.seats, line.seq, line.created_at);
    RETURN QUERY SELECT * FROM podium.outcome('ok', _pod, v.seat, ARRAY[line]);
  END IF;
END $$;
COMMENT ON FUNCTION podium.pod_join(uuid, uuid, integer, integer, integer) IS
  'Gives a person the lowest free seat of a pod. Codes: `ok` with seat and line, without a line if they are a member already; `not_found` if the pod does not exist or is closed; `not_member` of the event; `forbidden` if they are barred, or are not admitted to a pod with the join policy `invite`; `pod_full`; `rate_limited`, where `at` is the time of the next attempt, and `too_many_pods` as podium.join_limits';
REVOKE ALL ON FUNCTION podium.pod_join(uuid, uuid, integer, integer, integer) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_join(uuid, uuid, integer, integer, integer) TO podium_user, podium_service;
