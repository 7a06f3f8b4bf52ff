-- version: 1
-- Beside podium.folded, which indexes are made of and so is never replaced. First what has no ink is taken out and signs are
-- made one, since folding would take ´ and ¨ for marks on a space.
CREATE OR REPLACE FUNCTION podium.alike(_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN btrim(regexp_replace(podium.folded(translate(
  regexp_replace(_text, '[\u00AD\u034F\u061C\u115F\u1160\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFE00-\uFE0F\uFEFF]', '', 'g'),
  E'\u2018\u2019\u201A\u201B\u02BB\u02BC\u02BD\u2032\u2035\u0060\u00B4\uFF07' || E'\u201C\u201D\u201E\u201F\u2033\u2036\u00AB\u00BB\uFF02'
    || E'\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\uFE58\uFE63\uFF0D' || E'\u2800\u3164\uFFA0',
  repeat('''', 12) || repeat('"', 9) || repeat('-', 11) || repeat(' ', 3))),
  '[ \t\n\v\f\r\u0085\u1680\u2028\u2029]+', ' ', 'g'));
COMMENT ON FUNCTION podium.alike(text) IS
  'A name without regard to case, marks on letters, and how spaces, apostrophes, quotation marks and dashes are written';
REVOKE ALL ON FUNCTION podium.alike(text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.alike(text) TO podium_user, podium_service;
