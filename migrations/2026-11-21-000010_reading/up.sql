-- What the hot reads need beyond the tables. All are STABLE, so they read in the snapshot of the query that calls them.
SET LOCAL lock_timeout = '5s';

CREATE FUNCTION podium.head(_pod uuid) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (SELECT p.last_seq FROM pods p JOIN pod_members m ON m.pod_id = p.id
          WHERE p.id = _pod AND m.user_id = podium.user_id());
END $$;
COMMENT ON FUNCTION podium.head(uuid) IS 'The highest seq of a pod of the caller; NULL for any other pod';

CREATE FUNCTION podium.seats_taken(_pods uuid[]) RETURNS TABLE (pod_id uuid, taken integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  mine uuid[] := podium.my_events();
BEGIN
  RETURN QUERY
  SELECT p.id, (SELECT count(*)::int FROM pod_members m WHERE m.pod_id = p.id)
  FROM pods p WHERE p.id = ANY (_pods) AND (p.event_id = ANY (mine) OR podium.is_moderator());
END $$;
COMMENT ON FUNCTION podium.seats_taken(uuid[]) IS
  'How many members pods have: for those of the caller''s events, whose members'' lists they may not read';

CREATE FUNCTION podium.roster(_pods uuid[])
RETURNS TABLE (pod_id uuid, user_id uuid, display_name text, avatar_url text, role text, seat smallint, read_seq bigint,
               since_seq bigint, joined_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  all_pods boolean := coalesce(nullif(current_setting('role'), 'none'), session_user) = 'podium_service';
  mine uuid[] := podium.my_pods();
BEGIN
  RETURN QUERY
  SELECT m.pod_id, m.user_id, p.display_name, p.avatar_url, m.role, m.seat, m.read_seq, m.since_seq, m.joined_at
  FROM pod_members m JOIN profiles p ON p.id = m.user_id
  WHERE m.pod_id = ANY (_pods) AND (all_pods OR m.pod_id = ANY (mine))
  ORDER BY m.pod_id, m.seat;
END $$;
COMMENT ON FUNCTION podium.roster(uuid[]) IS
  'The members of pods with their names, by pod and seat: the caller''s pods, or any for podium_service';

-- A person's pods are few and a log is long: so first the pods, then one look-up each, then the page.
CREATE FUNCTION podium.inbox(_limit integer, _before timestamptz DEFAULT NULL, _before_pod uuid DEFAULT NULL)
RETURNS TABLE (pod_id uuid, event_id uuid, name text, kind text, seats smallint, join_policy text, created_by uuid,
               created_at timestamptz, role text, seat smallint, read_seq bigint, joined_at timestamptz, head bigint,
               unread integer, last_message jsonb, active_at timestamptz, members jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  me uuid := podium.user_id();
BEGIN
  RETURN QUERY
  WITH page AS MATERIALIZED (
    SELECT s.*, l.message, l.message_at
    FROM pod_members s
    CROSS JOIN LATERAL (
      SELECT to_jsonb(m) - 'last_op' AS message, m.created_at AS message_at
      FROM messages m WHERE m.pod_id = s.pod_id AND m.seq >= s.since_seq ORDER BY m.seq DESC LIMIT 1) l
    WHERE s.user_id = me AND (_before IS NULL OR (l.message_at, s.pod_id) < (_before, _before_pod))
    ORDER BY l.message_at DESC, s.pod_id DESC LIMIT _limit)
  SELECT g.pod_id, p.event_id, p.name, p.kind, p.seats, p.join_policy, p.created_by, p.created_at, g.role, g.seat,
         g.read_seq, g.joined_at, p.last_seq, u.unread, g.message, g.message_at, o.members
  FROM page g
  CROSS JOIN LATERAL (SELECT * FROM pods WHERE id = g.pod_id LIMIT 1) p
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS unread FROM (
      SELECT 1 FROM messages m
      WHERE m.pod_id = g.pod_id AND m.seq > greatest(g.read_seq, g.since_seq) AND m.kind = 'text' AND m.user_id <> me
        AND m.deleted_at IS NULL
      LIMIT 99) counted) u
  CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object(
             'user_id', f.user_id, 'display_name', f.display_name, 'avatar_url', f.avatar_url, 'role', f.role,
             'seat', f.seat, 'read_seq', f.read_seq, 'joined_at', f.joined_at) ORDER BY f.seat) AS members
    FROM (SELECT m.*, h.display_name, h.avatar_url FROM pod_members m
          CROSS JOIN LATERAL (SELECT * FROM profiles WHERE id = m.user_id LIMIT 1) h
          WHERE m.pod_id = g.pod_id) f) o
  ORDER BY g.message_at DESC, g.pod_id DESC;
END $$;
COMMENT ON FUNCTION podium.inbox(integer, timestamptz, uuid) IS
  'The caller''s pods, newest activity first: the last message they may read (a row of messages as an object), unread (others'' texts above read_seq, up to 99) and the members. The next page begins after active_at and pod_id of the last row';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA podium FROM PUBLIC;
GRANT EXECUTE ON FUNCTION podium.head(uuid), podium.seats_taken(uuid[]), podium.inbox(integer, timestamptz, uuid)
  TO podium_user;
GRANT EXECUTE ON FUNCTION podium.roster(uuid[]) TO podium_user, podium_service;
