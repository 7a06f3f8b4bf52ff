-- version: 2
-- Links of a removed person stay revoked, even if that person is admitted again. The writer has locked the pod.
CREATE OR REPLACE FUNCTION podium.revoke_invites() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE invites SET revoked_at = clock_timestamp()
  WHERE pod_id = NEW.pod_id AND created_by = NEW.user_id AND revoked_at IS NULL;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION podium.revoke_invites() IS
  'Trigger: revokes the invitation links of a person whom the pod''s owner removes';
REVOKE ALL ON FUNCTION podium.revoke_invites() FROM PUBLIC, podium_user, podium_service;
