-- version: 1
CREATE OR REPLACE FUNCTION podium.count_revision() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.revision := OLD.revision + 1;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION podium.count_revision() IS
  'Counts a change of what a pod is';
REVOKE ALL ON FUNCTION podium.count_revision() FROM PUBLIC, podium_user, podium_service;
