-- version: 2
-- After the transaction, a transaction-local setting is '', not NULL: hence nullif.
CREATE OR REPLACE FUNCTION podium.user_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('podium.user_id', true), '')::uuid;
COMMENT ON FUNCTION podium.user_id() IS
  'Returns the profile on whose behalf this transaction runs; NULL without a signed-in caller';
REVOKE ALL ON FUNCTION podium.user_id() FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.user_id() TO podium_user, podium_service;
