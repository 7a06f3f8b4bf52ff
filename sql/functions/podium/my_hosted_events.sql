-- version: 2
CREATE OR REPLACE FUNCTION podium.my_hosted_events() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN coalesce((SELECT array_agg(id) FROM (
    SELECT id FROM events WHERE created_by = podium.user_id()
    UNION SELECT event_id FROM event_members WHERE user_id = podium.user_id() AND role = 'host') hosted), '{}');
END $$;
COMMENT ON FUNCTION podium.my_hosted_events() IS
  'Returns the events that the caller created or hosts';
REVOKE ALL ON FUNCTION podium.my_hosted_events() FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.my_hosted_events() TO podium_user;
