-- version: 1
-- A transaction-local setting leaves '' behind, not NULL: hence nullif, here and below.
CREATE OR REPLACE FUNCTION podium.user_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('podium.user_id', true), '')::uuid;
COMMENT ON FUNCTION podium.user_id() IS
  'The profile on whose behalf this transaction runs; NULL for one who has not signed in';
REVOKE ALL ON FUNCTION podium.user_id() FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.user_id() TO podium_user, podium_service;
