-- version: 2
-- The control file may name the old timeline for a while after a promotion; the name of the current WAL file does not.
CREATE OR REPLACE FUNCTION podium.epoch() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (SELECT system_identifier FROM pg_control_system()) || '-' ||
    CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id::text FROM pg_control_checkpoint())
         ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int::text END;
END $$;
COMMENT ON FUNCTION podium.epoch() IS
  'Returns the name of the database''s line of history, `<system identifier>-<timeline>`. It changes at a failover, after which a log may lack its newest entries';
REVOKE ALL ON FUNCTION podium.epoch() FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.epoch() TO podium_user, podium_service;
