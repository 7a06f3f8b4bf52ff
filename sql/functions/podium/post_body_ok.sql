-- version: 1
-- Used by a CHECK, so it never changes. The server checks more: that texts are visible and lines have no line break, which
-- depends on Unicode's version. This keeps out what no reader could show.
CREATE OR REPLACE FUNCTION podium.post_body_ok(_kind post_kind, _body jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(CASE _kind
  WHEN 'text' THEN
    _body - 'text' = '{}'::jsonb AND jsonb_typeof(_body -> 'text') = 'string'
    AND char_length(_body ->> 'text') BETWEEN 1 AND 2000
  WHEN 'hype' THEN
    _body - 'text' = '{}'::jsonb AND jsonb_typeof(_body -> 'text') = 'string'
    AND char_length(_body ->> 'text') BETWEEN 1 AND 200 AND position(E'\n' IN _body ->> 'text') = 0
  WHEN 'poll' THEN
    _body - '{question,options,mode,results}'::text[] = '{}'::jsonb
    AND jsonb_typeof(_body -> 'question') = 'string' AND char_length(_body ->> 'question') BETWEEN 1 AND 300
    AND position(E'\n' IN _body ->> 'question') = 0
    AND _body ->> 'mode' IN ('single', 'multiple') AND _body ->> 'results' IN ('always', 'after_vote', 'closed')
    AND CASE WHEN jsonb_typeof(_body -> 'options') = 'array' THEN (
      SELECT count(*) BETWEEN 2 AND 10 AND count(DISTINCT o) = count(*)
        AND bool_and(jsonb_typeof(o) = 'string' AND char_length(o #>> '{}') BETWEEN 1 AND 100
                     AND position(E'\n' IN o #>> '{}') = 0)
      FROM jsonb_array_elements(_body -> 'options') o) END
END, false);
COMMENT ON FUNCTION podium.post_body_ok(post_kind, jsonb) IS
  'Returns whether this is the body of a post of this kind, without fields that the kind does not have';
REVOKE ALL ON FUNCTION podium.post_body_ok(post_kind, jsonb) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.post_body_ok(post_kind, jsonb) TO podium_user, podium_service;
