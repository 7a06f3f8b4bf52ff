-- version: 2
-- Reporting an id must not give moderators access to a pod that the reporter cannot read. A message id is unique within its
-- pod only, so the report stores the pod in which its reporter can read the message.
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
  'Trigger: sets `pod_id` of a report on a message to a pod in which the reporter may read that message';
REVOKE ALL ON FUNCTION podium.place_report() FROM PUBLIC, podium_user, podium_service;
