SET LOCAL lock_timeout = '5s';
CREATE UNIQUE INDEX idx_events_same ON events (podium.folded(artist), podium.folded(venue), podium.event_day(date_utc, time_zone))
  WHERE cancelled_at IS NULL AND NOT twin;
DROP INDEX idx_events_same_key;
DROP FUNCTION IF EXISTS podium.event_key(text, text, timestamptz, text);
