-- version: 2
CREATE OR REPLACE FUNCTION podium.my_events() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN coalesce((SELECT array_agg(event_id) FROM event_members WHERE user_id = podium.user_id()), '{}');
END $$;
COMMENT ON FUNCTION podium.my_events() IS
  'Returns the events that the caller is a member of';
REVOKE ALL ON FUNCTION podium.my_events() FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.my_events() TO podium_user;
