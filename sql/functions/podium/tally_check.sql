-- version: 1
-- The same as `check` in src/crew/feed/subjects.rs.
CREATE OR REPLACE FUNCTION podium.tally_check(_subject uuid, _revision bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((('x' || right(_subject::text, 8))::bit(32)::bigint & 2147483647) | 1) * (_revision % 2147483647) % 2147483647;
COMMENT ON FUNCTION podium.tally_check(uuid, bigint) IS
  'Returns a number for a revision of a tally''s subject, whose sum over an event''s live subjects differs when one of them has moved';
REVOKE ALL ON FUNCTION podium.tally_check(uuid, bigint) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.tally_check(uuid, bigint) TO podium_service;
