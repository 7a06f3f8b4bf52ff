-- version: 1
-- Asked without a lock, so that a refusal costs nobody anything. What changes the pod judges again under its lock.
CREATE OR REPLACE FUNCTION podium.pod_standing(_pod uuid, _user uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN coalesce(
    (SELECT coalesce(m.role, podium.refusal(p.event_id, _user))
     FROM pods p LEFT JOIN pod_members m ON m.pod_id = p.id AND m.user_id = _user
     WHERE p.id = _pod AND p.closed_at IS NULL), 'not_found');
END $$;
COMMENT ON FUNCTION podium.pod_standing(uuid, uuid) IS
  'Returns `owner` or `member`, or the refusal for a person who is not a member of the pod: `not_found` if it does not exist or is closed, otherwise as podium.refusal';
REVOKE ALL ON FUNCTION podium.pod_standing(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_standing(uuid, uuid) TO podium_service;
