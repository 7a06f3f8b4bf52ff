-- version: 1
CREATE OR REPLACE FUNCTION podium.sought(_artist text, _city text, _venue text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN podium.alike(_artist || ' ' || _city || ' ' || _venue);
COMMENT ON FUNCTION podium.sought(text, text, text) IS
  'What of an event is searched. As podium.searched, which the version before this one asks, with names that are alike';
REVOKE ALL ON FUNCTION podium.sought(text, text, text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.sought(text, text, text) TO podium_user, podium_service;
