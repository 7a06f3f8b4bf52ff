-- version: 1
CREATE OR REPLACE FUNCTION podium.search_score(_words text[], _text text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- No likeness at all, where each word was found, is that of signs, which have no trigrams.
RETURN (SELECT round(1000 * avg(coalesce(nullif(public.word_similarity(word, _text), 0), 1)))::integer FROM unnest(_words) word);
COMMENT ON FUNCTION podium.search_score(text[], text) IS
  'How well a text fits, in which all of these words were found: 1000 if none is mistyped. Both are folded';
REVOKE ALL ON FUNCTION podium.search_score(text[], text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.search_score(text[], text) TO podium_user, podium_service;
