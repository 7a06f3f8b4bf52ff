-- version: 3
-- podium.pod_open without a limit of pods of one event. The version before this one calls it, and so does the function with one.
CREATE OR REPLACE FUNCTION podium.pod_open(_pod uuid, _event uuid, _by uuid, _name text, _join_policy text, _limit integer, _seconds integer)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  span interval := make_interval(secs => _seconds);
  again timestamptz;
BEGIN
  PERFORM podium.guard(_by);
  IF NOT EXISTS (SELECT 1 FROM pods WHERE id = _pod) THEN
    -- Lock order: event_members, then profiles.
    PERFORM 1 FROM event_members WHERE event_id = _event AND user_id = _by FOR KEY SHARE;
    PERFORM 1 FROM profiles WHERE id = _by FOR NO KEY UPDATE;
    again := (SELECT created_at + span FROM pods WHERE created_by = _by AND created_at > clock_timestamp() - span
              ORDER BY created_at DESC OFFSET _limit - 1 LIMIT 1);
    -- Check again, since the lock may have been held by the same request.
    IF again IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pods WHERE id = _pod) THEN
      RETURN QUERY SELECT 'rate_limited', NULL::smallint, _pod, NULL::uuid, NULL::bigint, NULL::uuid, NULL, NULL, NULL::jsonb, again;
      RETURN;
    END IF;
  END IF;
  RETURN QUERY SELECT * FROM podium.pod_open(_pod, _event, _by, _name, _join_policy);
END $$;
COMMENT ON FUNCTION podium.pod_open(uuid, uuid, uuid, text, text, integer, integer) IS
  'As podium.pod_open without the last two arguments, for a person who has created fewer than `_limit` pods within the last `_seconds`; otherwise `rate_limited`, and `at` is the time of the next attempt';
REVOKE ALL ON FUNCTION podium.pod_open(uuid, uuid, uuid, text, text, integer, integer) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_open(uuid, uuid, uuid, text, text, integer, integer) TO podium_user, podium_service;
