-- version: 1
CREATE OR REPLACE FUNCTION podium.pod_open(_pod uuid, _event uuid, _by uuid, _name text, _join_policy text, _limit integer, _seconds integer, _pods integer)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_by);
  IF NOT EXISTS (SELECT 1 FROM pods WHERE id = _pod) THEN
    -- The person takes one seat of the event at a time.
    PERFORM 1 FROM event_members WHERE event_id = _event AND user_id = _by FOR NO KEY UPDATE;
    -- Check again, since the lock may have been held by the same request.
    IF (SELECT count(*) FROM pod_members WHERE event_id = _event AND user_id = _by) >= _pods
       AND NOT EXISTS (SELECT 1 FROM pods WHERE id = _pod) THEN
      RETURN QUERY SELECT * FROM podium.outcome('too_many_pods', _pod);
      RETURN;
    END IF;
  END IF;
  RETURN QUERY SELECT * FROM podium.pod_open(_pod, _event, _by, _name, _join_policy, _limit, _seconds);
END $$;
COMMENT ON FUNCTION podium.pod_open(uuid, uuid, uuid, text, text, integer, integer, integer) IS
  'As podium.pod_open without the last argument, for a person who is a member of fewer than `_pods` pods of the event; otherwise `too_many_pods`. A limit that is NULL does not hold';
REVOKE ALL ON FUNCTION podium.pod_open(uuid, uuid, uuid, text, text, integer, integer, integer) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_open(uuid, uuid, uuid, text, text, integer, integer, integer) TO podium_user, podium_service;
