-- version: 1
CREATE OR REPLACE FUNCTION podium.event_changed() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.wall_seq := OLD.wall_seq + 1;
  NEW.changed_seq := NEW.wall_seq;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION podium.event_changed() IS
  'Trigger: gives a change of an event the next number of the event''s feed. The row is locked by the update, as by podium.wall_step';
REVOKE ALL ON FUNCTION podium.event_changed() FROM PUBLIC, podium_user, podium_service;
