-- version: 2
CREATE OR REPLACE FUNCTION podium.invite_revoke(_id uuid, _pod uuid, _by uuid) RETURNS text
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
  'Revokes an invitation link on behalf of its creator, who may have left, or of the pod''s owner. Returns `ok`, also if it was revoked before; `forbidden` for other members; `not_found` if the pod has no such link; otherwise `not_member` and `not_found` as podium.pod_leave. Run it outside a transaction';
REVOKE ALL ON FUNCTION podium.invite_revoke(uuid, uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.invite_revoke(uuid, uuid, uuid) TO podium_user, podium_service;
