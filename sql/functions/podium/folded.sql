-- version: 1
CREATE OR REPLACE FUNCTION podium.folded(_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN replace(replace(replace(replace(translate(
  lower(regexp_replace(normalize(_text, NFKD), '[\u0300-\u036F]', '', 'g')),
  'øłđðı', 'olddi'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
COMMENT ON FUNCTION podium.folded(text) IS
  'A name without regard to case and to marks on letters: Motörhead and MOTORHEAD are one';
REVOKE ALL ON FUNCTION podium.folded(text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.folded(text) TO podium_user, podium_service;
