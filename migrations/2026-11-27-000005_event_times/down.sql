SET LOCAL lock_timeout = '5s';
DROP FUNCTION IF EXISTS podium.event_counts(uuid);
COMMENT ON COLUMN events.time_zone IS 'The IANA name of the zone in which the event''s times are told';
COMMENT ON COLUMN events.ends_at IS 'When it ends, if known';
DROP INDEX idx_events_long;
