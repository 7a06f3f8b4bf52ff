-- version: 1
-- The error is that of a policy, which every version answers as `forbidden`.
CREATE OR REPLACE FUNCTION podium.keep_out() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.event_turn(NEW.event_id, NEW.user_id);
  IF EXISTS (SELECT 1 FROM event_bars WHERE event_id = NEW.event_id AND user_id = NEW.user_id) THEN
    RAISE EXCEPTION 'new row violates row-level security policy: the person is barred from the event' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION podium.keep_out() IS
  'Trigger: refuses to make a member of a person who is barred from the event';
REVOKE ALL ON FUNCTION podium.keep_out() FROM PUBLIC, podium_user, podium_service;
