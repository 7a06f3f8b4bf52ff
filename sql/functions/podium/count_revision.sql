-- version: 2
CREATE OR REPLACE FUNCTION podium.count_revision() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.revision := OLD.revision + 1;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION podium.count_revision() IS
  'Trigger: counts a change of a pod''s name or join policy in `revision`';
REVOKE ALL ON FUNCTION podium.count_revision() FROM PUBLIC, podium_user, podium_service;
