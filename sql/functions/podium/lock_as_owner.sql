-- version: 2
-- The first step of every function that only a pod's owner may call.
CREATE OR REPLACE FUNCTION podium.lock_as_owner(_pod uuid, _by uuid) RETURNS text
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
COMMENT ON FUNCTION podium.lock_as_owner(uuid, uuid) IS
  'Locks a pod. Returns `ok` if the person owns it, otherwise the refusal';
REVOKE ALL ON FUNCTION podium.lock_as_owner(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
