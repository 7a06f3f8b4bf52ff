-- version: 2
-- Names hold no line feed, so it separates them unambiguously. Immutable, since the encoding of a database never changes.
CREATE OR REPLACE FUNCTION podium.event_key(_artist text, _venue text, _date timestamptz, _zone text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN encode(sha256(convert_to(
  podium.folded(_artist) || E'\n' || podium.folded(_venue) || E'\n' || (podium.event_day(_date, _zone) - date '2000-01-01')::text,
  'UTF8')), 'hex');
COMMENT ON FUNCTION podium.event_key(text, text, timestamp with time zone, text) IS
  'Returns a hash of artist, venue and day. Superseded by podium.event_same_key; the version before this one calls it';
REVOKE ALL ON FUNCTION podium.event_key(text, text, timestamp with time zone, text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.event_key(text, text, timestamp with time zone, text) TO podium_user, podium_service;
