-- version: 1
-- Reads the rules of time zones, and is called immutable as Postgres's own AT TIME ZONE is: where a zone's rules change, an
-- event that was stored before keeps its day until it is changed.
CREATE OR REPLACE FUNCTION podium.event_day(_date timestamptz, _zone text) RETURNS date
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (_date AT TIME ZONE coalesce(_zone, 'UTC'))::date;
EXCEPTION WHEN invalid_parameter_value THEN
  -- A zone that the server knows and this Postgres does not.
  RETURN (_date AT TIME ZONE 'UTC')::date;
END $$;
COMMENT ON FUNCTION podium.event_day(timestamp with time zone, text) IS
  'The day on which an event starts, in its time zone, or in UTC where it has none';
REVOKE ALL ON FUNCTION podium.event_day(timestamp with time zone, text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.event_day(timestamp with time zone, text) TO podium_user, podium_service;
