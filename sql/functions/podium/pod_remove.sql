-- version: 2
CREATE OR REPLACE FUNCTION podium.pod_remove(_pod uuid, _by uuid, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  verdict text;
  lines messages[] := '{}';
BEGIN
  PERFORM podium.guard(_by);
  verdict := podium.lock_as_owner(_pod, _by);
  IF verdict = 'ok' THEN
    IF _by = _user THEN
      verdict := 'invalid';
    ELSIF EXISTS (SELECT 1 FROM pod_members WHERE pod_id = _pod AND user_id = _user) THEN
      lines := podium.take_out(_pod, 'removed', _user, _by);
      INSERT INTO pod_admissions (pod_id, user_id, admitted, by, at) VALUES (_pod, _user, false, _by, clock_timestamp())
      ON CONFLICT (pod_id, user_id) DO UPDATE SET admitted = false, by = excluded.by, at = excluded.at;
    ELSIF NOT EXISTS (SELECT 1 FROM pod_admissions WHERE pod_id = _pod AND user_id = _user AND NOT admitted) THEN
      verdict := 'not_found';
    END IF;
  END IF;
  RETURN QUERY SELECT * FROM podium.outcome(verdict, _pod, NULL, lines);
END $$;
COMMENT ON FUNCTION podium.pod_remove(uuid, uuid, uuid) IS
  'Removes a member on behalf of the owner, writes a `removed` line, and keeps the person out until they are admitted again. Codes: `ok`, without a line if they were removed before; `not_found` if they are not a member; `invalid` for oneself (leave instead); `forbidden` for members who are not the owner; `not_member` and `not_found` as podium.pod_leave';
REVOKE ALL ON FUNCTION podium.pod_remove(uuid, uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_remove(uuid, uuid, uuid) TO podium_user, podium_service;
