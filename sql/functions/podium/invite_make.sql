-- version: 2
CREATE OR REPLACE FUNCTION podium.invite_make(_id uuid, _pod uuid, _by uuid, _code text, _expires_at timestamptz, _uses integer)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  p pods;
  i invites;
BEGIN
  PERFORM podium.guard(_by);
  SELECT * INTO p FROM pods WHERE id = _pod FOR NO KEY UPDATE;
  SELECT * INTO i FROM invites WHERE id = _id;
  IF i.id IS NOT NULL THEN
    RETURN CASE WHEN i.created_by = _by AND i.pod_id = _pod THEN 'ok' ELSE 'conflict' END;
  ELSIF p.id IS NULL OR p.closed_at IS NOT NULL THEN
    RETURN 'not_found';
  ELSIF NOT EXISTS (SELECT 1 FROM pod_members WHERE pod_id = _pod AND user_id = _by) THEN
    RETURN podium.refusal(p.event_id, _by);
  ELSIF (SELECT count(*) FROM invites WHERE pod_id = _pod AND created_at > clock_timestamp() - interval '1 day') >= 100 THEN
    RETURN 'rate_limited';
  END IF;
  INSERT INTO invites (id, pod_id, code, created_by, expires_at, uses) VALUES (_id, _pod, _code, _by, _expires_at, _uses)
  ON CONFLICT (id) DO NOTHING;
  -- If the id is taken now, it belongs to another pod, since this pod is locked.
  RETURN CASE WHEN FOUND THEN 'made' ELSE 'conflict' END;
END $$;
COMMENT ON FUNCTION podium.invite_make(uuid, uuid, uuid, text, timestamp with time zone, integer) IS
  'Creates an invitation link on behalf of a member of the pod. Returns `made`; `ok` if the same person has created it with the same id before; `conflict` if the id is taken; `rate_limited` after 100 links of one pod in a day; `not_found` and `not_member` as podium.pod_leave. Run it outside a transaction';
REVOKE ALL ON FUNCTION podium.invite_make(uuid, uuid, uuid, text, timestamp with time zone, integer) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.invite_make(uuid, uuid, uuid, text, timestamp with time zone, integer) TO podium_user, podium_service;
