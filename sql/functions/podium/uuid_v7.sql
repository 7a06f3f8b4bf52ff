-- version: 2
CREATE OR REPLACE FUNCTION podium.uuid_v7() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN encode(
  set_bit(set_bit(
    overlay(uuid_send(gen_random_uuid())
            PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
    52, 1), 53, 1),
  'hex')::uuid;
COMMENT ON FUNCTION podium.uuid_v7() IS
  'Returns a new UUID of version 7 (RFC 9562), which ascends with time';
REVOKE ALL ON FUNCTION podium.uuid_v7() FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.uuid_v7() TO podium_user, podium_service;
