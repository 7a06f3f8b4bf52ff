-- Folding takes letters apart: two names of 200 Hangul syllables are longer than an index can hold, which refused such an event
-- with an error. So the index is made of a hash of what makes an event the same.
SET LOCAL lock_timeout = '5s';

-- Names are of one line, so the line's end parts them for certain. Immutable, since a database keeps its encoding.
CREATE FUNCTION podium.event_key(_artist text, _venue text, _date timestamptz, _zone text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN encode(sha256(convert_to(
  podium.folded(_artist) || E'\n' || podium.folded(_venue) || E'\n' || (podium.event_day(_date, _zone) - date '2000-01-01')::text,
  'UTF8')), 'hex');
COMMENT ON FUNCTION podium.event_key(text, text, timestamptz, text) IS
  'A hash of artist, venue and day: events that have the same are the same';
REVOKE EXECUTE ON FUNCTION podium.event_key(text, text, timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION podium.event_key(text, text, timestamptz, text) TO podium_user, podium_service;

CREATE UNIQUE INDEX idx_events_same_key ON events (podium.event_key(artist, venue, date_utc, time_zone))
  WHERE cancelled_at IS NULL AND NOT twin;
DROP INDEX idx_events_same;
