-- version: 1
CREATE OR REPLACE FUNCTION podium.searched(_artist text, _city text, _venue text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN podium.folded(_artist || ' ' || _city || ' ' || _venue);
COMMENT ON FUNCTION podium.searched(text, text, text) IS
  'What of an event is searched';
REVOKE ALL ON FUNCTION podium.searched(text, text, text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.searched(text, text, text) TO podium_user, podium_service;
