-- version: 2
CREATE OR REPLACE FUNCTION podium.invite_preview(_code text)
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
  'Returns what a holder of the code may see before joining: the pod''s name and seats, its event, who created the link, and the link''s state';
REVOKE ALL ON FUNCTION podium.invite_preview(text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.invite_preview(text) TO podium_user;
