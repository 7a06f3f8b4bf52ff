-- Invitations: links that let whoever opens them into an event and one of its pods.
SET LOCAL lock_timeout = '5s';

-- The code is kept as it is, not hashed: members list their pod's links to share them once more, and who reads this table
-- reads the pod's messages beside it. It is 22 letters and digits at random, 131 bits, so nobody finds one by trying.
CREATE TABLE invites (
  id         uuid PRIMARY KEY,
  pod_id     uuid NOT NULL REFERENCES pods ON DELETE CASCADE,
  code       text NOT NULL UNIQUE CHECK (code ~ '^[0-9A-Za-z]{22}$'),
  created_by uuid NOT NULL REFERENCES profiles,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz,
  uses       integer CHECK (uses BETWEEN 1 AND 1000),
  used       integer NOT NULL DEFAULT 0,
  revoked_at timestamptz,
  CHECK (used BETWEEN 0 AND coalesce(uses, used))
);
ALTER TABLE invites ENABLE ROW LEVEL SECURITY;
CREATE INDEX idx_invites_pod_id ON invites (pod_id, created_at, id);
CREATE INDEX idx_invites_created_by ON invites (created_by);

COMMENT ON TABLE invites IS 'Links that let whoever opens them into a pod and its event. Written by the functions of schema podium alone, under the pod''s lock';
COMMENT ON COLUMN invites.id IS 'Made by the client that made the link, or UUIDv7';
COMMENT ON COLUMN invites.pod_id IS 'The pod that it leads into';
COMMENT ON COLUMN invites.code IS 'What the link ends with, and whoever knows it may come in by: 22 letters and digits at random';
COMMENT ON COLUMN invites.created_by IS 'The member who made it';
COMMENT ON COLUMN invites.created_at IS 'When it was made';
COMMENT ON COLUMN invites.expires_at IS 'From when on it lets nobody in; never if NULL';
COMMENT ON COLUMN invites.uses IS 'How many it lets in, 1 to 1,000; any number if NULL';
COMMENT ON COLUMN invites.used IS 'How many it has let in';
COMMENT ON COLUMN invites.revoked_at IS 'When its maker or the pod''s owner took it back, or the owner removed its maker';

CREATE FUNCTION podium.invite_state(_invite public.invites, _pod public.pods) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN CASE
    WHEN _pod.closed_at IS NOT NULL THEN 'closed'
    WHEN _invite.revoked_at IS NOT NULL THEN 'revoked'
    -- Not now(): whoever waited for the pod's lock may have waited past it.
    WHEN _invite.expires_at <= clock_timestamp() THEN 'expired'
    WHEN _invite.used >= _invite.uses THEN 'used_up'
    WHEN (SELECT count(*) FROM pod_members WHERE pod_id = _pod.id) >= _pod.seats THEN 'full'
    ELSE 'open' END;
END $$;
COMMENT ON FUNCTION podium.invite_state(public.invites, public.pods) IS
  'What an invitation is good for: open, or why it lets nobody in: closed, revoked, expired, used_up, full';

CREATE FUNCTION podium.invite_make(_id uuid, _pod uuid, _by uuid, _code text, _expires_at timestamptz, _uses integer)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  p pods;
  i invites;
BEGIN
  PERFORM podium.guard(_by);
  SELECT * INTO p FROM pods WHERE id = _pod FOR NO KEY UPDATE;
  SELECT * INTO i FROM invites WHERE id = _id;
  IF i.id IS NOT NULL THEN
    RETURN CASE WHEN i.created_by = _by AND i.pod_id = _pod THEN 'ok' ELSE 'conflict' END;
  ELSIF p.id IS NULL OR p.closed_at IS NOT NULL THEN
    RETURN 'not_found';
  ELSIF NOT EXISTS (SELECT 1 FROM pod_members WHERE pod_id = _pod AND user_id = _by) THEN
    RETURN podium.refusal(p.event_id, _by);
  ELSIF (SELECT count(*) FROM invites WHERE pod_id = _pod AND created_at > clock_timestamp() - interval '1 day') >= 100 THEN
    RETURN 'rate_limited';
  END IF;
  INSERT INTO invites (id, pod_id, code, created_by, expires_at, uses) VALUES (_id, _pod, _code, _by, _expires_at, _uses)
  ON CONFLICT (id) DO NOTHING;
  -- Whoever has the id now has it for another pod, since this one's is locked.
  RETURN CASE WHEN FOUND THEN 'made' ELSE 'conflict' END;
END $$;
COMMENT ON FUNCTION podium.invite_make(uuid, uuid, uuid, text, timestamptz, integer) IS
  'A member makes a link: made, or ok when the same person asks again with the same id; conflict when the id is taken; rate_limited after 100 in a day for one pod; not_found, not_member as podium.pod_leave. Run it outside a transaction';

CREATE FUNCTION podium.invite_revoke(_id uuid, _pod uuid, _by uuid) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  p pods;
  i invites;
  part text;
BEGIN
  PERFORM podium.guard(_by);
  SELECT * INTO p FROM pods WHERE id = _pod FOR NO KEY UPDATE;
  SELECT * INTO i FROM invites WHERE id = _id AND pod_id = _pod;
  SELECT role INTO part FROM pod_members WHERE pod_id = _pod AND user_id = _by;
  IF i.created_by IS DISTINCT FROM _by AND part IS DISTINCT FROM 'owner' THEN
    RETURN CASE WHEN part IS NULL THEN podium.refusal(p.event_id, _by) WHEN i.id IS NULL THEN 'not_found' ELSE 'forbidden' END;
  ELSIF i.id IS NULL THEN
    RETURN 'not_found';
  END IF;
  UPDATE invites SET revoked_at = clock_timestamp() WHERE id = _id AND revoked_at IS NULL;
  RETURN 'ok';
END $$;
COMMENT ON FUNCTION podium.invite_revoke(uuid, uuid, uuid) IS
  'Its maker, also one who has left, or the pod''s owner takes a link back; ok for one that was taken back before. forbidden for other members; not_found when the pod has no such link; else not_member, not_found as podium.pod_leave. Run it outside a transaction';

CREATE FUNCTION podium.invite_preview(_code text)
RETURNS TABLE (pod_id uuid, event_id uuid, name text, seats smallint, free_seats integer, state text, invited_by text,
               expires_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT p.id, p.event_id, p.name, p.seats,
         CASE WHEN p.closed_at IS NULL THEN p.seats - (SELECT count(*)::int FROM pod_members m WHERE m.pod_id = p.id) ELSE 0 END,
         podium.invite_state(i, p), f.display_name, i.expires_at
  FROM invites i JOIN pods p ON p.id = i.pod_id JOIN profiles f ON f.id = i.created_by
  WHERE i.code = _code;
END $$;
COMMENT ON FUNCTION podium.invite_preview(text) IS
  'What whoever knows the code may know before they come in: the pod''s name and seats, its event, who made the link, and what it is good for';

CREATE FUNCTION podium.invite_accept(_code text, _user uuid)
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
  -- Whatever changes an invitation holds its pod's lock: what is read now stays so.
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
    -- Once more: what was in the way may have been taken away, and nothing is locked by having been in the way.
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
  'Whoever knows the code becomes a member of the event and takes the pod''s lowest free seat, whatever its join_policy: ok with seat and line, which counts as a use, or without a line for one who is a member already; not_found for an unknown code; forbidden for one who was removed; pod_full; invite_closed, invite_revoked, invite_expired, invite_used_up';

-- Who is removed brings nobody in any more, also after having been let in again. Whatever writes here has locked the pod.
CREATE FUNCTION podium.revoke_invites() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE invites SET revoked_at = clock_timestamp()
  WHERE pod_id = NEW.pod_id AND created_by = NEW.user_id AND revoked_at IS NULL;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION podium.revoke_invites() IS 'Trigger: takes back the links of one whom the pod''s owner keeps out';
CREATE TRIGGER revoke_invites AFTER INSERT OR UPDATE ON pod_admissions FOR EACH ROW WHEN (NOT NEW.admitted)
  EXECUTE FUNCTION podium.revoke_invites();

REVOKE EXECUTE ON FUNCTION podium.revoke_invites(), podium.invite_state(public.invites, public.pods),
  podium.invite_make(uuid, uuid, uuid, text, timestamptz, integer), podium.invite_revoke(uuid, uuid, uuid),
  podium.invite_preview(text), podium.invite_accept(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION podium.invite_make(uuid, uuid, uuid, text, timestamptz, integer),
  podium.invite_revoke(uuid, uuid, uuid), podium.invite_accept(text, uuid) TO podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.invite_preview(text) TO podium_user;

-- The pod's members list its links, and each person their own.
GRANT SELECT ON invites TO podium_user;
CREATE POLICY read ON invites FOR SELECT TO podium_user
  USING (created_by = (SELECT podium.user_id()) OR pod_id = ANY ((SELECT podium.my_pods())::uuid[]));
