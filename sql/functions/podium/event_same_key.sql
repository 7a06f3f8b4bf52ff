-- version: 1
CREATE OR REPLACE FUNCTION podium.event_same_key(_artist text, _venue text, _date timestamptz, _zone text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN encode(sha256(convert_to(
  podium.alike(_artist) || E'\n' || podium.alike(_venue) || E'\n' || (podium.event_day(_date, _zone) - date '2000-01-01')::text,
  'UTF8')), 'hex');
COMMENT ON FUNCTION podium.event_same_key(text, text, timestamp with time zone, text) IS
  'A hash of artist, venue and day: events that have the same are the same. As podium.event_key, which the version before this one asks, with names that are alike';
REVOKE ALL ON FUNCTION podium.event_same_key(text, text, timestamp with time zone, text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.event_same_key(text, text, timestamp with time zone, text) TO podium_user, podium_service;
