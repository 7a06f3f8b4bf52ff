-- version: 1
CREATE OR REPLACE FUNCTION podium.event_allowance(_by uuid, _limit integer, _seconds integer) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  span interval := make_interval(secs => _seconds);
BEGIN
  PERFORM podium.guard(_by);
  PERFORM 1 FROM profiles WHERE id = _by FOR NO KEY UPDATE;
  RETURN (SELECT created_at + span FROM events WHERE created_by = _by AND created_at > clock_timestamp() - span
          ORDER BY created_at DESC OFFSET _limit - 1 LIMIT 1);
END $$;
COMMENT ON FUNCTION podium.event_allowance(uuid, integer, integer) IS
  'When a person may make an event again who has made _limit in the last _seconds; NULL if now. Until the end of the transaction nobody else is told so for that person';
REVOKE ALL ON FUNCTION podium.event_allowance(uuid, integer, integer) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.event_allowance(uuid, integer, integer) TO podium_user, podium_service;
