-- version: 2
CREATE OR REPLACE FUNCTION podium.pod_open(_pod uuid, _event uuid, _by uuid, _name text, _join_policy text)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  p pods;
  line messages;
BEGIN
  PERFORM podium.guard(_by);
  IF _pod IS NULL OR (char_length(_name) BETWEEN 1 AND 80) IS NOT TRUE OR (_join_policy IN ('open', 'invite')) IS NOT TRUE THEN
    RETURN QUERY SELECT * FROM podium.outcome('invalid', _pod);
    RETURN;
  END IF;
  SELECT * INTO p FROM pods WHERE id = _pod;
  IF p.id IS NULL THEN
    PERFORM 1 FROM events WHERE id = _event AND cancelled_at IS NULL;
    IF NOT FOUND THEN
      RETURN QUERY SELECT * FROM podium.outcome('not_found', _pod);
      RETURN;
    END IF;
    PERFORM 1 FROM event_members WHERE event_id = _event AND user_id = _by FOR KEY SHARE;
    IF NOT FOUND THEN
      RETURN QUERY SELECT * FROM podium.outcome('not_member', _pod);
      RETURN;
    END IF;
    INSERT INTO pods (id, event_id, name, join_policy, created_by) VALUES (_pod, _event, _name, _join_policy, _by)
    ON CONFLICT (id) DO NOTHING RETURNING * INTO p;
    IF p.id IS NOT NULL THEN
      line := podium.write_line(_pod, 'joined', _by, _by);
      INSERT INTO pod_members (pod_id, user_id, event_id, role, seat, seats, since_seq, joined_at)
      VALUES (_pod, _by, _event, 'owner', 1, p.seats, line.seq, line.created_at);
      RETURN QUERY SELECT * FROM podium.outcome('ok', _pod, 1::smallint, ARRAY[line]);
      RETURN;
    END IF;
    -- A concurrent call with the same id has just committed.
    SELECT * INTO p FROM pods WHERE id = _pod;
  END IF;
  IF p.created_by IS DISTINCT FROM _by OR p.event_id IS DISTINCT FROM _event THEN
    RETURN QUERY SELECT * FROM podium.outcome('conflict', _pod);
  ELSE
    RETURN QUERY SELECT * FROM podium.outcome('ok', _pod,
      (SELECT seat FROM pod_members WHERE pod_id = _pod AND user_id = _by));
  END IF;
END $$;
COMMENT ON FUNCTION podium.pod_open(uuid, uuid, uuid, text, text) IS
  'Creates a pod; its creator gets seat 1 as owner. Codes: `ok` with a line the first time, without a line if the same person repeats it for the same event, whatever has become of the pod; `conflict` if the id is taken; `not_found` if the event does not exist or is cancelled; `not_member` of the event; `invalid` name or policy';
REVOKE ALL ON FUNCTION podium.pod_open(uuid, uuid, uuid, text, text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_open(uuid, uuid, uuid, text, text) TO podium_user, podium_service;
