-- version: 2
CREATE OR REPLACE FUNCTION podium.pod_leave(_pod uuid, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  p pods;
BEGIN
  PERFORM podium.guard(_user);
  SELECT * INTO p FROM pods WHERE id = _pod FOR NO KEY UPDATE;
  IF p.id IS NULL OR p.closed_at IS NOT NULL THEN
    RETURN QUERY SELECT * FROM podium.outcome('not_found', _pod);
  ELSIF NOT EXISTS (SELECT 1 FROM pod_members WHERE pod_id = _pod AND user_id = _user) THEN
    RETURN QUERY SELECT * FROM podium.outcome(podium.refusal(p.event_id, _user), _pod);
  ELSE
    RETURN QUERY SELECT * FROM podium.outcome('ok', _pod, NULL, podium.take_out(_pod, 'left', _user, _user));
  END IF;
END $$;
COMMENT ON FUNCTION podium.pod_leave(uuid, uuid) IS
  'Ends a membership in a pod and writes a `left` line, then `owner_changed` if the owner left, or `closed` if nobody is left. Codes: `ok`; `not_found` if the pod does not exist, is closed, or belongs to an event that the person is not a member of; `not_member` of the pod';
REVOKE ALL ON FUNCTION podium.pod_leave(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_leave(uuid, uuid) TO podium_user, podium_service;
