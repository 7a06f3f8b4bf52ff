-- version: 3
CREATE OR REPLACE FUNCTION podium.pod_admit(_pod uuid, _by uuid, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  verdict text;
BEGIN
  PERFORM podium.guard(_by);
  verdict := podium.lock_as_owner(_pod, _by);
  IF verdict = 'ok' THEN
    IF EXISTS (SELECT 1 FROM event_members e JOIN pods p ON p.event_id = e.event_id WHERE p.id = _pod AND e.user_id = _user)
       OR EXISTS (SELECT 1 FROM pod_admissions WHERE pod_id = _pod AND user_id = _user) THEN
      INSERT INTO pod_admissions (pod_id, user_id, admitted, by, at) VALUES (_pod, _user, true, _by, clock_timestamp())
      ON CONFLICT (pod_id, user_id) DO UPDATE SET admitted = true, by = excluded.by, at = excluded.at;
    ELSE
      verdict := 'not_found';
    END IF;
  END IF;
  RETURN QUERY SELECT * FROM podium.outcome(verdict, _pod);
END $$;
COMMENT ON FUNCTION podium.pod_admit(uuid, uuid, uuid) IS
  'Admits a person to the pod on behalf of its owner, for the first time or again after a bar; writes no line. Codes: `ok`; `not_found` for a person who is not a member of the event and is not barred from this pod; otherwise as podium.pod_remove';
REVOKE ALL ON FUNCTION podium.pod_admit(uuid, uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_admit(uuid, uuid, uuid) TO podium_user, podium_service;
