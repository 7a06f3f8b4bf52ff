-- version: 1
CREATE OR REPLACE FUNCTION podium.new_revision() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.revision := podium.uuid_v7();
  RETURN NEW;
END $$;
COMMENT ON FUNCTION podium.new_revision() IS
  'Trigger: gives a row that has changed another `revision`';
REVOKE ALL ON FUNCTION podium.new_revision() FROM PUBLIC, podium_user, podium_service;
