-- version: 2
CREATE OR REPLACE FUNCTION podium.search_score(_words text[], _text text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- A similarity of 0 for a word that was found means a word of signs only, which has no trigrams: it counts as 1.
RETURN (SELECT round(1000 * avg(coalesce(nullif(public.word_similarity(word, _text), 0), 1)))::integer FROM unnest(_words) word);
COMMENT ON FUNCTION podium.search_score(text[], text) IS
  'Returns how well a text matches words that were all found in it: 1000 if none is misspelt. Words and text are folded';
REVOKE ALL ON FUNCTION podium.search_score(text[], text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.search_score(text[], text) TO podium_user, podium_service;
