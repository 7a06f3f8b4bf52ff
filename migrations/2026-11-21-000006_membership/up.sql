-- Comings and goings. Each function locks in the one order (pods by id, event_members, profiles), judges afterwards, and
-- writes the log's lines together with the rows they tell of. Where what was locked turns out to be too little, it raises
-- 40001, and the caller asks once more. Asking again after an unknown outcome is safe: what is done already answers ok
-- and writes no line, save for leaving, which answers not_member.
SET LOCAL lock_timeout = '5s';

CREATE TYPE podium.change AS (
  code    text,
  seat    smallint,
  pod_id  uuid,
  id      uuid,
  seq     bigint,
  user_id uuid,
  kind    text,
  text    text,
  data    jsonb,
  at      timestamptz
);
COMMENT ON TYPE podium.change IS
  'What a membership function answers: a row for each new line of a log, in order of (pod_id, seq), or a single row without id. code and seat are the same in all rows; code is ok, pod_full, not_member, not_found, forbidden, conflict or invalid';

CREATE FUNCTION podium.outcome(_code text, _pod uuid, _seat smallint DEFAULT NULL, _lines public.messages[] DEFAULT '{}')
RETURNS SETOF podium.change
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT _code, _seat, l.pod_id, l.id, l.seq, l.user_id, l.kind, l.text, l.data, l.created_at FROM unnest(_lines) l
  UNION ALL
  SELECT _code, _seat, _pod, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE cardinality(_lines) = 0
  ORDER BY 3, 5
$$;
COMMENT ON FUNCTION podium.outcome(text, uuid, smallint, messages[]) IS 'Shapes what a membership function answers';

CREATE FUNCTION podium.write_line(_pod uuid, _kind text, _user uuid, _by uuid, _text text DEFAULT '') RETURNS public.messages
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  n bigint;
  line messages;
BEGIN
  UPDATE pods SET last_seq = last_seq + 1 WHERE id = _pod RETURNING last_seq INTO STRICT n;
  INSERT INTO messages (id, pod_id, seq, changed_seq, user_id, kind, text, data, created_at)
  VALUES (podium.uuid_v7(), _pod, n, n, _user, _kind, _text,
          CASE WHEN _by <> _user THEN jsonb_build_object('by', _by) END, clock_timestamp())
  RETURNING * INTO line;
  RETURN line;
END $$;
COMMENT ON FUNCTION podium.write_line(uuid, text, uuid, uuid, text) IS
  'Writes one line to the log of a pod that the caller has locked: of what kind, about whom, done by whom';

CREATE FUNCTION podium.take_out(_pod uuid, _kind text, _user uuid, _by uuid) RETURNS public.messages[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  lines messages[];
  gone text;
  heir uuid;
BEGIN
  DELETE FROM pod_members WHERE pod_id = _pod AND user_id = _user RETURNING role INTO STRICT gone;
  lines := ARRAY[podium.write_line(_pod, _kind, _user, _by)];
  SELECT user_id INTO heir FROM pod_members WHERE pod_id = _pod ORDER BY joined_at, seat LIMIT 1;
  IF heir IS NULL THEN
    UPDATE pods SET closed_at = clock_timestamp() WHERE id = _pod;
    lines := lines || podium.write_line(_pod, 'closed', _user, _by);
  ELSIF gone = 'owner' THEN
    UPDATE pod_members SET role = 'owner' WHERE pod_id = _pod AND user_id = heir;
    lines := lines || podium.write_line(_pod, 'owner_changed', heir, heir);
  END IF;
  RETURN lines;
END $$;
COMMENT ON FUNCTION podium.take_out(uuid, text, uuid, uuid) IS
  'Ends a membership in a pod that the caller has locked: the longest-standing member inherits from an owner, and the last one out closes the pod';

CREATE FUNCTION podium.pod_open(_pod uuid, _event uuid, _by uuid, _name text, _join_policy text)
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
    -- Somebody else's open with the same id has just committed.
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
  'Opens a pod; its maker takes seat 1 as owner. ok with a line the first time, ok without when the same person asks again for the same event, whatever became of the pod; conflict when the id is taken; not_found when the event is not there or cancelled; not_member of the event; invalid name or policy';

CREATE FUNCTION podium.pod_join(_pod uuid, _user uuid)
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
  'Takes the lowest free seat: ok with seat and line, or without a line for one who is a member already; not_found when the pod is not there or closed; not_member of the event; forbidden when barred, or uninvited where invitations count; pod_full';

CREATE FUNCTION podium.pod_leave(_pod uuid, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  p pods;
BEGIN
  PERFORM podium.guard(_user);
  SELECT * INTO p FROM pods WHERE id = _pod FOR NO KEY UPDATE;
  IF p.id IS NULL OR p.closed_at IS NOT NULL THEN
    RETURN QUERY SELECT * FROM podium.outcome('not_found', _pod);
  ELSIF NOT EXISTS (SELECT 1 FROM pod_members WHERE pod_id = _pod AND user_id = _user) THEN
    RETURN QUERY SELECT * FROM podium.outcome(podium.refusal(p.event_id, _user), _pod);
  ELSE
    RETURN QUERY SELECT * FROM podium.outcome('ok', _pod, NULL, podium.take_out(_pod, 'left', _user, _user));
  END IF;
END $$;
COMMENT ON FUNCTION podium.pod_leave(uuid, uuid) IS
  'Leaves a pod: a left line, then owner_changed if the owner left, or closed if nobody stays. not_found when the pod is not there, closed, or of an event that is not theirs; not_member of the pod';

-- The three things that only a pod's owner may do begin alike.
CREATE FUNCTION podium.lock_as_owner(_pod uuid, _by uuid) RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  p pods;
  part text;
BEGIN
  SELECT * INTO p FROM pods WHERE id = _pod FOR NO KEY UPDATE;
  IF p.id IS NULL OR p.closed_at IS NOT NULL THEN
    RETURN 'not_found';
  END IF;
  SELECT role INTO part FROM pod_members WHERE pod_id = _pod AND user_id = _by;
  RETURN CASE WHEN part = 'owner' THEN 'ok' WHEN part IS NOT NULL THEN 'forbidden'
              ELSE podium.refusal(p.event_id, _by) END;
END $$;
COMMENT ON FUNCTION podium.lock_as_owner(uuid, uuid) IS 'Locks a pod, and says ok if that person owns it, or else why not';

CREATE FUNCTION podium.pod_remove(_pod uuid, _by uuid, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  verdict text;
  lines messages[] := '{}';
BEGIN
  PERFORM podium.guard(_by);
  verdict := podium.lock_as_owner(_pod, _by);
  IF verdict = 'ok' THEN
    IF _by = _user THEN
      verdict := 'invalid';
    ELSIF EXISTS (SELECT 1 FROM pod_members WHERE pod_id = _pod AND user_id = _user) THEN
      lines := podium.take_out(_pod, 'removed', _user, _by);
      INSERT INTO pod_admissions (pod_id, user_id, admitted, by, at) VALUES (_pod, _user, false, _by, clock_timestamp())
      ON CONFLICT (pod_id, user_id) DO UPDATE SET admitted = false, by = excluded.by, at = excluded.at;
    ELSIF NOT EXISTS (SELECT 1 FROM pod_admissions WHERE pod_id = _pod AND user_id = _user AND NOT admitted) THEN
      verdict := 'not_found';
    END IF;
  END IF;
  RETURN QUERY SELECT * FROM podium.outcome(verdict, _pod, NULL, lines);
END $$;
COMMENT ON FUNCTION podium.pod_remove(uuid, uuid, uuid) IS
  'The owner removes a member, who stays out until let in again: a removed line; ok without a line for one who was removed before; not_found for one who is no member; invalid for oneself (leave instead); forbidden for members who are not the owner; not_member, not_found as for leaving';

CREATE FUNCTION podium.pod_admit(_pod uuid, _by uuid, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  verdict text;
BEGIN
  PERFORM podium.guard(_by);
  verdict := podium.lock_as_owner(_pod, _by);
  IF verdict = 'ok' THEN
    IF EXISTS (SELECT 1 FROM event_members e JOIN pods p ON p.event_id = e.event_id WHERE p.id = _pod AND e.user_id = _user)
       OR EXISTS (SELECT 1 FROM pod_admissions WHERE pod_id = _pod AND user_id = _user) THEN
      INSERT INTO pod_admissions (pod_id, user_id, admitted, by, at) VALUES (_pod, _user, true, _by, clock_timestamp())
      ON CONFLICT (pod_id, user_id) DO UPDATE SET admitted = true, by = excluded.by, at = excluded.at;
    ELSE
      verdict := 'not_found';
    END IF;
  END IF;
  RETURN QUERY SELECT * FROM podium.outcome(verdict, _pod);
END $$;
COMMENT ON FUNCTION podium.pod_admit(uuid, uuid, uuid) IS
  'The owner lets somebody in, for the first time or again; no line. not_found for one who is neither in the event nor was removed from this pod; else as pod_remove';

CREATE FUNCTION podium.pod_change(_pod uuid, _by uuid, _name text, _join_policy text)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  verdict text;
  lines messages[] := '{}';
BEGIN
  PERFORM podium.guard(_by);
  verdict := podium.lock_as_owner(_pod, _by);
  IF verdict = 'ok' THEN
    IF NOT coalesce(char_length(_name) BETWEEN 1 AND 80, true) OR NOT coalesce(_join_policy IN ('open', 'invite'), true) THEN
      verdict := 'invalid';
    ELSE
      UPDATE pods SET join_policy = _join_policy WHERE id = _pod AND join_policy <> _join_policy;
      UPDATE pods SET name = _name WHERE id = _pod AND name <> _name;
      IF FOUND THEN
        lines := ARRAY[podium.write_line(_pod, 'renamed', _by, _by, _name)];
      END IF;
    END IF;
  END IF;
  RETURN QUERY SELECT * FROM podium.outcome(verdict, _pod, NULL, lines);
END $$;
COMMENT ON FUNCTION podium.pod_change(uuid, uuid, text, text) IS
  'The owner changes name or join policy; NULL leaves as it is. A renamed line if the name really changed. forbidden, not_member, not_found as pod_remove; invalid values';

CREATE FUNCTION podium.pod_close(_pod uuid, _by uuid, _moderator boolean DEFAULT false)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  verdict text;
  lines messages[] := '{}';
BEGIN
  PERFORM podium.guard(_by);
  PERFORM podium.guard_moderator(_moderator);
  verdict := podium.lock_as_owner(_pod, _by);
  IF _moderator AND EXISTS (SELECT 1 FROM pods WHERE id = _pod AND closed_at IS NULL) THEN
    verdict := 'ok';
  END IF;
  IF verdict = 'ok' THEN
    DELETE FROM pod_members WHERE pod_id = _pod;
    UPDATE pods SET closed_at = clock_timestamp() WHERE id = _pod;
    lines := ARRAY[podium.write_line(_pod, 'closed', _by, _by)];
  END IF;
  RETURN QUERY SELECT * FROM podium.outcome(verdict, _pod, NULL, lines);
END $$;
COMMENT ON FUNCTION podium.pod_close(uuid, uuid, boolean) IS
  'The owner, or with _moderator a moderator, closes a pod: everybody''s membership ends, and a closed line is its last. forbidden, not_member, not_found as pod_remove';

CREATE FUNCTION podium.leave_all(_event uuid, _kind text, _user uuid, _by uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  held uuid[];
  pod uuid;
  lines messages[] := '{}';
BEGIN
  SELECT coalesce(array_agg(id), '{}') INTO held FROM (
    SELECT p.id FROM pods p
    WHERE p.id IN (SELECT m.pod_id FROM pod_members m WHERE m.event_id = _event AND m.user_id = _user)
    ORDER BY p.id FOR NO KEY UPDATE) locked;
  PERFORM 1 FROM event_members WHERE event_id = _event AND user_id = _user FOR UPDATE;
  IF NOT FOUND THEN
    RETURN QUERY SELECT * FROM podium.outcome(
      CASE WHEN EXISTS (SELECT 1 FROM events WHERE id = _event) THEN 'not_member' ELSE 'not_found' END, NULL);
    RETURN;
  END IF;
  IF EXISTS (SELECT 1 FROM pod_members WHERE event_id = _event AND user_id = _user AND pod_id <> ALL (held)) THEN
    RAISE EXCEPTION 'joined another pod of the event meanwhile' USING ERRCODE = '40001';
  END IF;
  FOR pod IN SELECT pod_id FROM pod_members WHERE event_id = _event AND user_id = _user ORDER BY pod_id LOOP
    lines := lines || podium.take_out(pod, _kind, _user, _by);
  END LOOP;
  DELETE FROM event_members WHERE event_id = _event AND user_id = _user;
  RETURN QUERY SELECT * FROM podium.outcome('ok', NULL, NULL, lines);
END $$;
COMMENT ON FUNCTION podium.leave_all(uuid, text, uuid, uuid) IS 'Ends a membership of an event and of all its pods';

CREATE FUNCTION podium.leave_event(_event uuid, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_user);
  RETURN QUERY SELECT * FROM podium.leave_all(_event, 'left', _user, _user);
END $$;
COMMENT ON FUNCTION podium.leave_event(uuid, uuid) IS
  'Leaves an event, and first each of its pods as pod_leave does. not_member; not_found when there is no such event; SQLSTATE 40001 when a pod was joined meanwhile: ask again';

CREATE FUNCTION podium.event_remove(_event uuid, _by uuid, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_by);
  PERFORM podium.guard_moderator(true);
  RETURN QUERY SELECT * FROM podium.leave_all(_event, 'removed', _user, _by);
END $$;
COMMENT ON FUNCTION podium.event_remove(uuid, uuid, uuid) IS
  'A moderator removes a member from an event and its pods, with removed lines; else as leave_event. Does not keep the person from coming back';

CREATE FUNCTION podium.event_host(_event uuid, _by uuid, _user uuid, _host boolean) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_by);
  IF NOT EXISTS (SELECT 1 FROM events WHERE id = _event) THEN
    RETURN 'not_found';
  ELSIF NOT EXISTS (SELECT 1 FROM events WHERE id = _event AND created_by = _by) THEN
    RETURN 'forbidden';
  END IF;
  UPDATE event_members SET role = CASE WHEN _host THEN 'host' ELSE 'member' END WHERE event_id = _event AND user_id = _user;
  RETURN CASE WHEN FOUND THEN 'ok' ELSE 'not_member' END;
END $$;
COMMENT ON FUNCTION podium.event_host(uuid, uuid, uuid, boolean) IS
  'The event''s maker names a member who may change the meet point, or takes it back: ok, not_found, forbidden, or not_member if that person is none';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA podium FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  podium.pod_open(uuid, uuid, uuid, text, text), podium.pod_join(uuid, uuid), podium.pod_leave(uuid, uuid),
  podium.pod_remove(uuid, uuid, uuid), podium.pod_admit(uuid, uuid, uuid), podium.pod_change(uuid, uuid, text, text),
  podium.pod_close(uuid, uuid, boolean), podium.leave_event(uuid, uuid), podium.event_remove(uuid, uuid, uuid),
  podium.event_host(uuid, uuid, uuid, boolean)
  TO podium_user, podium_service;
