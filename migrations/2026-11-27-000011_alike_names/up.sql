-- Names are alike however their signs are written: "Two  Words" and "Two Words", ’ and ', “ and ", – and -.
SET LOCAL lock_timeout = '5s';

-- Beside podium.folded, which indexes are made of and so is never replaced. First what has no ink is taken out and signs are
-- made one, since folding would take ´ and ¨ for marks on a space.
CREATE FUNCTION podium.alike(_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN btrim(regexp_replace(podium.folded(translate(
  regexp_replace(_text, '[\u00AD\u034F\u061C\u115F\u1160\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFE00-\uFE0F\uFEFF]', '', 'g'),
  E'\u2018\u2019\u201A\u201B\u02BB\u02BC\u02BD\u2032\u2035\u0060\u00B4\uFF07' || E'\u201C\u201D\u201E\u201F\u2033\u2036\u00AB\u00BB\uFF02'
    || E'\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\uFE58\uFE63\uFF0D' || E'\u2800\u3164\uFFA0',
  repeat('''', 12) || repeat('"', 9) || repeat('-', 11) || repeat(' ', 3))),
  '[ \t\n\v\f\r\u0085\u1680\u2028\u2029]+', ' ', 'g'));
COMMENT ON FUNCTION podium.alike(text) IS
  'A name without regard to case, marks on letters, and how spaces, apostrophes, quotation marks and dashes are written';

-- A hash, since a name that is taken apart may be longer than an index can hold.
CREATE FUNCTION podium.name_key(_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN encode(sha256(convert_to(podium.alike(_text), 'UTF8')), 'hex');
COMMENT ON FUNCTION podium.name_key(text) IS 'A hash of a name: names that are alike have the same';

CREATE FUNCTION podium.event_same_key(_artist text, _venue text, _date timestamptz, _zone text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN encode(sha256(convert_to(
  podium.alike(_artist) || E'\n' || podium.alike(_venue) || E'\n' || (podium.event_day(_date, _zone) - date '2000-01-01')::text,
  'UTF8')), 'hex');
COMMENT ON FUNCTION podium.event_same_key(text, text, timestamptz, text) IS
  'A hash of artist, venue and day: events that have the same are the same. As podium.event_key, which the version before this one asks, with names that are alike';

CREATE FUNCTION podium.sought(_artist text, _city text, _venue text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN podium.alike(_artist || ' ' || _city || ' ' || _venue);
COMMENT ON FUNCTION podium.sought(text, text, text) IS
  'What of an event is searched. As podium.searched, which the version before this one asks, with names that are alike';

REVOKE EXECUTE ON FUNCTION podium.alike(text), podium.name_key(text), podium.event_same_key(text, text, timestamptz, text),
  podium.sought(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION podium.alike(text), podium.name_key(text), podium.event_same_key(text, text, timestamptz, text),
  podium.sought(text, text, text) TO podium_user, podium_service;

-- What is there twice already stays.
UPDATE events SET twin = true WHERE id IN (
  SELECT id FROM (
    SELECT id, row_number() OVER (
             PARTITION BY podium.event_same_key(artist, venue, date_utc, time_zone) ORDER BY created_at, id) AS n
    FROM events WHERE cancelled_at IS NULL AND NOT twin) numbered
  WHERE n > 1);

-- The new rule says of more events that they are the same, and of none that they are not, so the old index goes. Those of the list
-- and the search stay for the version before this one, and go with a later release.
CREATE UNIQUE INDEX idx_events_same_names ON events (podium.event_same_key(artist, venue, date_utc, time_zone))
  WHERE cancelled_at IS NULL AND NOT twin;
DROP INDEX idx_events_same_key;
CREATE INDEX idx_events_city_name ON events (podium.name_key(city), date_utc, id);
CREATE INDEX idx_events_artist_name ON events (podium.name_key(artist), date_utc, id);
CREATE INDEX idx_events_sought ON events USING gin (podium.sought(artist, city, venue) gin_trgm_ops);
