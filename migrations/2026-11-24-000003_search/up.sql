-- Finding events although one does not spell them right.
SET LOCAL lock_timeout = '5s';

-- Trusted since Postgres 13: whoever may create in the database may create it. It is part of every Postgres, or of the
-- package postgresql-contrib beside it.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE FUNCTION podium.folded(_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN replace(replace(replace(replace(translate(
  lower(regexp_replace(normalize(_text, NFKD), '[\u0300-\u036F]', '', 'g')),
  'øłđðı', 'olddi'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
COMMENT ON FUNCTION podium.folded(text) IS 'A name without regard to case and to marks on letters: Motörhead and MOTORHEAD are one';

CREATE FUNCTION podium.searched(_artist text, _city text, _venue text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN podium.folded(_artist || ' ' || _city || ' ' || _venue);
COMMENT ON FUNCTION podium.searched(text, text, text) IS 'What of an event is searched';

CREATE FUNCTION podium.search_score(_words text[], _text text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- No likeness at all, where each word was found, is that of signs, which have no trigrams.
RETURN (SELECT round(1000 * avg(coalesce(nullif(public.word_similarity(word, _text), 0), 1)))::integer FROM unnest(_words) word);
COMMENT ON FUNCTION podium.search_score(text[], text) IS
  'How well a text fits, in which all of these words were found: 1000 if none is mistyped. Both are folded';

REVOKE EXECUTE ON FUNCTION podium.folded(text), podium.searched(text, text, text), podium.search_score(text[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION podium.folded(text), podium.searched(text, text, text), podium.search_score(text[], text)
  TO podium_user, podium_service;

CREATE INDEX idx_events_searched ON events USING gin (podium.searched(artist, city, venue) gin_trgm_ops);
