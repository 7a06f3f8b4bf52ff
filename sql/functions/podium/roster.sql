-- version: 2
CREATE OR REPLACE FUNCTION podium.roster(_pods uuid[])
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
  'Returns the members of pods with their names, ordered by pod and seat: of the caller''s pods, or of any pod for podium_service';
REVOKE ALL ON FUNCTION podium.roster(uuid[]) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.roster(uuid[]) TO podium_user, podium_service;
