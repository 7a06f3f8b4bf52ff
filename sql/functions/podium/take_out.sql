-- version: 3
CREATE OR REPLACE FUNCTION podium.take_out(_pod uuid, _kind text, _user uuid, _by uuid) RETURNS public.messages[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  lines messages[];
  gone text;
  successor uuid;
BEGIN
  DELETE FROM pod_members WHERE pod_id = _pod AND user_id = _user RETURNING role INTO STRICT gone;
  lines := ARRAY[podium.write_line(_pod, _kind, _user, _by)];
  SELECT user_id INTO successor FROM pod_members WHERE pod_id = _pod ORDER BY joined_at, seat LIMIT 1;
  IF successor IS NULL THEN
    UPDATE pods SET closed_at = clock_timestamp() WHERE id = _pod;
    lines := lines || podium.write_line(_pod, 'closed', _user, _by);
  ELSIF gone = 'owner' THEN
    UPDATE pod_members SET role = 'owner' WHERE pod_id = _pod AND user_id = successor;
    lines := lines || podium.write_line(_pod, 'owner_changed', successor, successor);
  END IF;
  RETURN lines;
END $$;
COMMENT ON FUNCTION podium.take_out(uuid, text, uuid, uuid) IS
  'Ends a membership in a pod that the caller has locked. If the owner leaves, the member with the longest membership becomes the owner; if nobody is left, the pod is closed';
REVOKE ALL ON FUNCTION podium.take_out(uuid, text, uuid, uuid) FROM PUBLIC, podium_user, podium_service;
