-- version: 2
CREATE OR REPLACE FUNCTION podium.pod_change(_pod uuid, _by uuid, _name text, _join_policy text)
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
    IF NOT coalesce(char_length(_name) BETWEEN 1 AND 80, true) OR NOT coalesce(_join_policy IN ('open', 'invite'), true) THEN
      verdict := 'invalid';
    ELSE
      UPDATE pods SET join_policy = _join_policy WHERE id = _pod AND join_policy <> _join_policy;
      UPDATE pods SET name = _name WHERE id = _pod AND name <> _name;
      IF FOUND THEN
        lines := ARRAY[podium.write_line(_pod, 'renamed', _by, _by, _name)];
      END IF;
    END IF;
  END IF;
  RETURN QUERY SELECT * FROM podium.outcome(verdict, _pod, NULL, lines);
END $$;
COMMENT ON FUNCTION podium.pod_change(uuid, uuid, text, text) IS
  'Changes the name or the join policy of a pod on behalf of its owner; NULL leaves a value as it is. Writes a `renamed` line if the name has changed. Codes: `ok`; `invalid`; `forbidden`, `not_member` and `not_found` as podium.pod_remove';
REVOKE ALL ON FUNCTION podium.pod_change(uuid, uuid, text, text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_change(uuid, uuid, text, text) TO podium_user, podium_service;
