-- version: 2
CREATE OR REPLACE FUNCTION podium.touch() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END $$;
COMMENT ON FUNCTION podium.touch() IS
  'Trigger: sets `updated_at`';
REVOKE ALL ON FUNCTION podium.touch() FROM PUBLIC, podium_user, podium_service;
