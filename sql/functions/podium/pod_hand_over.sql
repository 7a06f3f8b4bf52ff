-- version: 2
-- A repeated call comes from a person who no longer owns the pod. The requested state holds already, so it returns `ok` again.
CREATE OR REPLACE FUNCTION podium.pod_hand_over(_pod uuid, _by uuid, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  verdict text;
  part text;
  lines messages[] := '{}';
BEGIN
  PERFORM podium.guard(_by);
  verdict := podium.lock_as_owner(_pod, _by);
  SELECT role INTO part FROM pod_members WHERE pod_id = _pod AND user_id = _user;
  IF part = 'owner' AND verdict IN ('ok', 'forbidden') THEN
    verdict := 'ok';
  ELSIF verdict = 'ok' AND part IS NULL THEN
    verdict := 'invalid_heir';
  ELSIF verdict = 'ok' THEN
    -- In this order, since a pod never has two owners.
    UPDATE pod_members SET role = 'member' WHERE pod_id = _pod AND user_id = _by;
    UPDATE pod_members SET role = 'owner' WHERE pod_id = _pod AND user_id = _user;
    lines := ARRAY[podium.write_line(_pod, 'owner_changed', _user, _by)];
  END IF;
  RETURN QUERY SELECT * FROM podium.outcome(verdict, _pod, NULL, lines);
END $$;
COMMENT ON FUNCTION podium.pod_hand_over(uuid, uuid, uuid) IS
  'Makes another member the owner, on behalf of the owner, and writes an `owner_changed` line. Codes: `ok`, without a line if that person owns the pod already and the caller is a member; `invalid_heir` if that person is not a member; `forbidden`, `not_member` and `not_found` as podium.pod_remove';
REVOKE ALL ON FUNCTION podium.pod_hand_over(uuid, uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_hand_over(uuid, uuid, uuid) TO podium_user, podium_service;
