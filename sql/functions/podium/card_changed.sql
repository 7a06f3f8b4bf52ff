-- version: 2
CREATE OR REPLACE FUNCTION podium.card_changed() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  pod uuid;
  event uuid;
  mark text;
  n bigint;
BEGIN
  IF TG_TABLE_NAME = 'pods' THEN
    pod := NEW.id; event := NEW.event_id;
  ELSIF TG_OP = 'DELETE' THEN
    pod := OLD.pod_id; event := OLD.event_id;
  ELSE
    pod := NEW.pod_id; event := NEW.event_id;
  END IF;
  -- When the first of these triggers fires, all changes of the transaction are visible: the five members of a pod that closes
  -- are one change.
  mark := pg_current_xact_id()::text || ':' || pod::text;
  IF current_setting('podium.card', true) IS NOT DISTINCT FROM mark THEN
    RETURN NULL;
  END IF;
  n := podium.wall_step(event);
  IF n IS NOT NULL THEN
    UPDATE pods SET wall_seq = n, wall_from = coalesce(wall_from, n) WHERE id = pod;
    PERFORM set_config('podium.card', mark, true);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION podium.card_changed() IS
  'Deferred trigger of the version before the table event_removals: gives a pod whose card has changed the next number of its event''s feed';
REVOKE ALL ON FUNCTION podium.card_changed() FROM PUBLIC, podium_user, podium_service;
