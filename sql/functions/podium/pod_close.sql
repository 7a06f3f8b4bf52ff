-- version: 1
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
  'The owner, or with _moderator a moderator, closes a pod: everybody''s membership ends, and a closed line is its last. forbidden, not_member, not_found as pod_remove';
REVOKE ALL ON FUNCTION podium.pod_close(uuid, uuid, boolean) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_close(uuid, uuid, boolean) TO podium_user, podium_service;
