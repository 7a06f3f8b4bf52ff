-- version: 2
CREATE OR REPLACE FUNCTION podium.write_line(_pod uuid, _kind text, _user uuid, _by uuid, _text text DEFAULT '') RETURNS public.messages
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  n bigint;
  line messages;
BEGIN
  UPDATE pods SET last_seq = last_seq + 1 WHERE id = _pod RETURNING last_seq INTO STRICT n;
  INSERT INTO messages (id, pod_id, seq, changed_seq, user_id, kind, text, data, created_at)
  VALUES (podium.uuid_v7(), _pod, n, n, _user, _kind, _text,
          CASE WHEN _by <> _user THEN jsonb_build_object('by', _by) END, clock_timestamp())
  RETURNING * INTO line;
  RETURN line;
END $$;
COMMENT ON FUNCTION podium.write_line(uuid, text, uuid, uuid, text) IS
  'Writes a line to the log of a pod that the caller has locked: its kind, the person concerned, and who caused it';
REVOKE ALL ON FUNCTION podium.write_line(uuid, text, uuid, uuid, text) FROM PUBLIC, podium_user, podium_service;
