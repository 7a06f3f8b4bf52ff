-- version: 1
-- Counts what is stored anyway: a refusal writes nothing.
CREATE OR REPLACE FUNCTION podium.join_limits(_pod uuid, _event uuid, _user uuid, _joins integer, _seconds integer, _pods integer)
RETURNS TABLE (code text, again timestamptz)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  span interval := make_interval(secs => _seconds);
  next timestamptz;
BEGIN
  -- The condition on `kind` twice: the second one is that of the index idx_messages_lines.
  next := (SELECT created_at + span FROM messages
           WHERE pod_id = _pod AND user_id = _user AND kind = 'joined' AND kind <> 'text' AND created_at > clock_timestamp() - span
           ORDER BY created_at DESC OFFSET _joins - 1 LIMIT 1);
  RETURN QUERY SELECT
    CASE WHEN next IS NOT NULL THEN 'rate_limited'
         WHEN (SELECT count(*) FROM pod_members WHERE event_id = _event AND user_id = _user) >= _pods THEN 'too_many_pods'
         ELSE 'ok' END, next;
END $$;
COMMENT ON FUNCTION podium.join_limits(uuid, uuid, uuid, integer, integer, integer) IS
  'Returns whether a person may join a pod now: `rate_limited` with the time of the next attempt if they have joined it `_joins` times within the last `_seconds`; `too_many_pods` if they are a member of `_pods` pods of the event; otherwise `ok`. A limit that is NULL does not hold';
REVOKE ALL ON FUNCTION podium.join_limits(uuid, uuid, uuid, integer, integer, integer) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.join_limits(uuid, uuid, uuid, integer, integer, integer) TO podium_service;
