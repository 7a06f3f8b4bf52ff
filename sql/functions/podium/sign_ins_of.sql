-- version: 2
CREATE OR REPLACE FUNCTION podium.sign_ins_of(_user uuid)
RETURNS TABLE (id uuid, created_at timestamptz, last_used_at timestamptz, user_agent text, address text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_user);
  RETURN QUERY SELECT s.id, s.created_at, s.last_used_at, s.user_agent, s.address FROM sign_ins s
    WHERE s.user_id = _user AND s.ended_at IS NULL AND s.expires_at > clock_timestamp() ORDER BY s.last_used_at DESC, s.id DESC;
END $$;
COMMENT ON FUNCTION podium.sign_ins_of(uuid) IS
  'Returns the active sign-ins of the person, most recently used first';
REVOKE ALL ON FUNCTION podium.sign_ins_of(uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.sign_ins_of(uuid) TO podium_user;
