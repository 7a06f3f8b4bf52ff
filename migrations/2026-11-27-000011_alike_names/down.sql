SET LOCAL lock_timeout = '5s';
-- Who was marked as a twin stays one: it is in nobody's way.
CREATE UNIQUE INDEX idx_events_same_key ON events (podium.event_key(artist, venue, date_utc, time_zone))
  WHERE cancelled_at IS NULL AND NOT twin;
DROP INDEX idx_events_sought, idx_events_artist_name, idx_events_city_name, idx_events_same_names;
DROP FUNCTION IF EXISTS podium.sought(text, text, text);
DROP FUNCTION IF EXISTS podium.event_same_key(text, text, timestamptz, text);
DROP FUNCTION IF EXISTS podium.name_key(text);
DROP FUNCTION IF EXISTS podium.alike(text);
