-- version: 1
-- A moderator must not open a pod by reporting an id in it: one reports what one may read. An id counts within its pod,
-- so the report keeps which pod's message its reporter saw.
CREATE OR REPLACE FUNCTION podium.place_report() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.pod_id := NULL;
  IF NEW.target_type = 'message' THEN
    SELECT m.pod_id INTO NEW.pod_id
    FROM messages m JOIN pod_members s ON s.pod_id = m.pod_id AND s.user_id = NEW.reporter AND m.seq >= s.since_seq
    WHERE m.id = NEW.target_id ORDER BY m.pod_id LIMIT 1;
  END IF;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION podium.place_report() IS
  'Trigger: sets the pod of a reported message to one that the reporter may read it in';
REVOKE ALL ON FUNCTION podium.place_report() FROM PUBLIC, podium_user, podium_service;
