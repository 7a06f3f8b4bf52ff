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

-- Each word for itself, so that their order and what stands between them does not matter. A mistyped word of five letters
-- shares a third of its trigrams with the right one, and that is where it is cut; the best come first.
CREATE FUNCTION podium.search_score(_query text, _text text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
  SELECT CASE WHEN min(s) >= 0.3 THEN round(1000 * avg(s))::integer ELSE 0 END
  FROM (
    SELECT CASE WHEN public.show_trgm(word) <> '{}' THEN public.word_similarity(word, _text)
                -- Of signs alone, as the band !!! is.
                WHEN strpos(_text, word) > 0 THEN 1 ELSE 0 END AS s
    FROM regexp_split_to_table(podium.folded(_query), '\s+') word WHERE word <> '') words);
COMMENT ON FUNCTION podium.search_score(text, text) IS
  'How well a query fits what is searched, both folded: 1000 if each of its words is there, 0 if one is not even roughly';

REVOKE EXECUTE ON FUNCTION podium.folded(text), podium.searched(text, text, text), podium.search_score(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION podium.folded(text), podium.searched(text, text, text), podium.search_score(text, text)
  TO podium_user, podium_service;

CREATE INDEX idx_events_searched ON events USING gin (podium.searched(artist, city, venue) gin_trgm_ops);
