-- version: 1
CREATE OR REPLACE FUNCTION podium.my_read_events() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN coalesce((SELECT array_agg(id) FROM (
    SELECT event_id AS id FROM event_members WHERE user_id = podium.user_id()
    UNION SELECT id FROM events WHERE created_by = podium.user_id()) reads), '{}');
END $$;
COMMENT ON FUNCTION podium.my_read_events() IS
  'Returns the events whose posts the caller reads: those that they are a member of or created';
REVOKE ALL ON FUNCTION podium.my_read_events() FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.my_read_events() TO podium_user;
