-- The same artist in the same house on the same day is the same event.
SET LOCAL lock_timeout = '5s';

-- Reads the rules of time zones, and is called immutable as Postgres's own AT TIME ZONE is: where a zone's rules change, an
-- event that was stored before keeps its day until it is changed.
CREATE FUNCTION podium.event_day(_date timestamptz, _zone text) RETURNS date
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (_date AT TIME ZONE coalesce(_zone, 'UTC'))::date;
EXCEPTION WHEN invalid_parameter_value THEN
  -- A zone that the server knows and this Postgres does not.
  RETURN (_date AT TIME ZONE 'UTC')::date;
END $$;
COMMENT ON FUNCTION podium.event_day(timestamptz, text) IS 'The day on which an event starts, in its time zone, or in UTC where it has none';
REVOKE EXECUTE ON FUNCTION podium.event_day(timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION podium.event_day(timestamptz, text) TO podium_user, podium_service;

-- What is there twice already stays.
ALTER TABLE events ADD COLUMN twin boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN events.twin IS 'Whether another event of the same artist, venue and day was there before such were refused';
UPDATE events SET twin = true WHERE id IN (
  SELECT id FROM (
    SELECT id, row_number() OVER (
             PARTITION BY podium.folded(artist), podium.folded(venue), podium.event_day(date_utc, time_zone)
             ORDER BY created_at, id) AS n
    FROM events WHERE cancelled_at IS NULL) numbered
  WHERE n > 1);

-- One that was called off is in nobody's way.
CREATE UNIQUE INDEX idx_events_same ON events (podium.folded(artist), podium.folded(venue), podium.event_day(date_utc, time_zone))
  WHERE cancelled_at IS NULL AND NOT twin;
