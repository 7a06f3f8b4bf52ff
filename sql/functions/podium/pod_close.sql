-- version: 2
CREATE OR REPLACE FUNCTION podium.pod_close(_pod uuid, _by uuid, _moderator boolean DEFAULT false)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  verdict text;
  lines messages[] := '{}';
BEGIN
  PERFORM podium.guard(_by);
  PERFORM podium.guard_moderator(_moderator);
  verdict := podium.lock_as_owner(_pod, _by);
  IF _moderator AND EXISTS (SELECT 1 FROM pods WHERE id = _pod AND closed_at IS NULL) THEN
    verdict := 'ok';
  END IF;
  IF verdict = 'ok' THEN
    DELETE FROM pod_members WHERE pod_id = _pod;
    UPDATE pods SET closed_at = clock_timestamp() WHERE id = _pod;
    lines := ARRAY[podium.write_line(_pod, 'closed', _by, _by)];
  END IF;
  RETURN QUERY SELECT * FROM podium.outcome(verdict, _pod, NULL, lines);
END $$;
COMMENT ON FUNCTION podium.pod_close(uuid, uuid, boolean) IS
  'Closes a pod on behalf of its owner, or with `_moderator` of a moderator: ends all memberships and writes a `closed` line, the last one. Codes: `ok`; `forbidden`, `not_member` and `not_found` as podium.pod_remove';
REVOKE ALL ON FUNCTION podium.pod_close(uuid, uuid, boolean) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_close(uuid, uuid, boolean) TO podium_user, podium_service;
