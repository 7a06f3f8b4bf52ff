SET LOCAL lock_timeout = '5s';
DROP INDEX idx_events_same;
ALTER TABLE events DROP COLUMN twin;
DROP FUNCTION IF EXISTS podium.event_day(timestamptz, text);
