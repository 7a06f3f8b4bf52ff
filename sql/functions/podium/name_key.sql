-- version: 1
-- A hash, since a name that is taken apart may be longer than an index can hold.
CREATE OR REPLACE FUNCTION podium.name_key(_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN encode(sha256(convert_to(podium.alike(_text), 'UTF8')), 'hex');
COMMENT ON FUNCTION podium.name_key(text) IS
  'A hash of a name: names that are alike have the same';
REVOKE ALL ON FUNCTION podium.name_key(text) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.name_key(text) TO podium_user, podium_service;
