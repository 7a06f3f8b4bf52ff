-- version: 2
-- A person has few pods, and logs are long: so it reads the pods first, then one message of each, then the page.
CREATE OR REPLACE FUNCTION podium.inbox(_limit integer, _before timestamptz DEFAULT NULL, _before_pod uuid DEFAULT NULL)
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
COMMENT ON FUNCTION podium.inbox(integer, timestamp with time zone, uuid) IS
  'Returns the caller''s pods, newest activity first, with the last message that the caller may read (a row of messages as an object), the number of unread messages (other people''s texts above `read_seq`, up to 99) and the members. The next page starts after `active_at` and `pod_id` of the last row';
REVOKE ALL ON FUNCTION podium.inbox(integer, timestamp with time zone, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.inbox(integer, timestamp with time zone, uuid) TO podium_user;
