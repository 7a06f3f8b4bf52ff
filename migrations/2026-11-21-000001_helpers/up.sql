-- The schema `podium` holds functions and views; the tables stand in `public`, under the names that other programs read.
-- The roles podium_user and podium_service are shared by all databases of a cluster, so src/foundation/migrate.rs makes
-- them before the first migration runs.
SET LOCAL lock_timeout = '5s';

-- Diesel's own book-keeping, which nobody but the owner needs; it is not there where a script runs these files.
DO $$
BEGIN
  IF to_regclass('public.__diesel_schema_migrations') IS NOT NULL THEN
    ALTER TABLE public.__diesel_schema_migrations ENABLE ROW LEVEL SECURITY;
  END IF;
END $$;

CREATE SCHEMA podium;
COMMENT ON SCHEMA podium IS 'Functions and views of Podium; its tables stand in public';
GRANT USAGE ON SCHEMA podium TO podium_user, podium_service;
GRANT USAGE ON SCHEMA public TO podium_user, podium_service;

-- A transaction-local setting leaves '' behind, not NULL: hence nullif, here and below.
CREATE FUNCTION podium.user_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('podium.user_id', true), '')::uuid;
COMMENT ON FUNCTION podium.user_id() IS 'The profile on whose behalf this transaction runs; NULL for one who has not signed in';

CREATE FUNCTION podium.is_moderator() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('podium.role', true) = 'moderator', false)
       AND nullif(current_setting('podium.user_id', true), '') IS NOT NULL;
COMMENT ON FUNCTION podium.is_moderator() IS 'Whether the token of the caller carries the role of a moderator';

-- Inside a security-definer function current_user is the tables' owner; the setting `role` still names the caller.
CREATE FUNCTION podium.guard(VARIADIC _users uuid[]) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  caller name := coalesce(nullif(current_setting('role'), 'none'), session_user);
  me uuid;
BEGIN
  IF caller = 'podium_service' OR pg_has_role(caller, current_user, 'MEMBER') THEN
    RETURN;
  END IF;
  me := podium.user_id();
  IF me IS NULL OR EXISTS (SELECT 1 FROM unnest(_users) u WHERE u IS DISTINCT FROM me) THEN
    RAISE EXCEPTION 'not on behalf of another person' USING ERRCODE = '42501';
  END IF;
END $$;
COMMENT ON FUNCTION podium.guard(uuid[]) IS
  'Refuses (42501) a caller who acts for somebody else. podium_service and the tables'' owner act for anyone. Called first by every function that writes';

CREATE FUNCTION podium.guard_moderator(_claims boolean) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  caller name := coalesce(nullif(current_setting('role'), 'none'), session_user);
BEGIN
  IF _claims AND caller <> 'podium_service' AND NOT podium.is_moderator() THEN
    RAISE EXCEPTION 'not a moderator' USING ERRCODE = '42501';
  END IF;
END $$;
COMMENT ON FUNCTION podium.guard_moderator(boolean) IS
  'Refuses (42501) a caller who claims to be a moderator and is none. podium_service answers for its claim itself';

CREATE FUNCTION podium.uuid_v7() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN encode(
  set_bit(set_bit(
    overlay(uuid_send(gen_random_uuid())
            PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
    52, 1), 53, 1),
  'hex')::uuid;
COMMENT ON FUNCTION podium.uuid_v7() IS 'A new UUID of version 7 (RFC 9562): ids that the server makes ascend with time';

-- The control file may name the old timeline for a while after a promotion; the name of the current WAL file does not.
CREATE FUNCTION podium.epoch() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (SELECT system_identifier FROM pg_control_system()) || '-' ||
    CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id::text FROM pg_control_checkpoint())
         ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int::text END;
END $$;
COMMENT ON FUNCTION podium.epoch() IS
  'The database''s line of history, <system identifier>-<timeline>. It changes at a failover, after which a log may have lost its newest entries';

CREATE FUNCTION podium.touch() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END $$;
COMMENT ON FUNCTION podium.touch() IS 'Trigger: keeps updated_at';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA podium FROM PUBLIC;
GRANT EXECUTE ON FUNCTION podium.user_id(), podium.is_moderator(), podium.uuid_v7(), podium.epoch()
  TO podium_user, podium_service;
