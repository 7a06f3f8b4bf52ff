-- version: 3
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
    ELSE
      IF EXISTS (SELECT 1 FROM pod_members WHERE pod_id = _pod AND user_id = _user) THEN
        lines := podium.take_out(_pod, 'removed', _user, _by);
      ELSIF NOT EXISTS (SELECT 1 FROM profiles WHERE id = _user AND deleted_at IS NULL) THEN
        verdict := 'not_found';
      END IF;
      IF verdict = 'ok' THEN
        INSERT INTO pod_admissions AS a (pod_id, user_id, admitted, by, at) VALUES (_pod, _user, false, _by, clock_timestamp())
        ON CONFLICT (pod_id, user_id) DO UPDATE SET admitted = false, by = excluded.by, at = excluded.at WHERE a.admitted;
      END IF;
    END IF;
  END IF;
  RETURN QUERY SELECT * FROM podium.outcome(verdict, _pod, NULL, lines);
END $$;
COMMENT ON FUNCTION podium.pod_remove(uuid, uuid, uuid) IS
  'Bars a person from the pod on behalf of its owner, a member or not, until they are admitted again; for a member, ends the membership and writes a `removed` line. Codes: `ok`, without a line if they were no member; `not_found` if there is no such person; `invalid` for oneself (leave instead); `forbidden` for members who are not the owner; `not_member` and `not_found` as podium.pod_leave';
REVOKE ALL ON FUNCTION podium.pod_remove(uuid, uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_remove(uuid, uuid, uuid) TO podium_user, podium_service;
