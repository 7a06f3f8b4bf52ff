-- version: 1
-- A check that reads its argument alone, so it may be immutable.
CREATE OR REPLACE FUNCTION podium.badges_ok(_badges jsonb[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cardinality(_badges) <= 5 AND NOT EXISTS (
  SELECT 1 FROM unnest(_badges) b
  WHERE (jsonb_typeof(b) = 'object' AND jsonb_typeof(b -> 'key') = 'string' AND jsonb_typeof(b -> 'label') = 'string'
         AND jsonb_typeof(b -> 'emoji') = 'string' AND char_length(b ->> 'key') BETWEEN 1 AND 40
         AND char_length(b ->> 'label') <= 80 AND char_length(b ->> 'emoji') <= 16
         AND b - '{key,label,emoji}'::text[] = '{}'::jsonb) IS NOT TRUE);
COMMENT ON FUNCTION podium.badges_ok(jsonb[]) IS
  'Whether these are at most five objects of exactly key, label and emoji';
REVOKE ALL ON FUNCTION podium.badges_ok(jsonb[]) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.badges_ok(jsonb[]) TO podium_user, podium_service;
