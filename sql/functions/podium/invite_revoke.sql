-- version: 1
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
  'Its maker, also one who has left, or the pod''s owner takes a link back; ok for one that was taken back before. forbidden for other members; not_found when the pod has no such link; else not_member, not_found as podium.pod_leave. Run it outside a transaction';
REVOKE ALL ON FUNCTION podium.invite_revoke(uuid, uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.invite_revoke(uuid, uuid, uuid) TO podium_user, podium_service;
