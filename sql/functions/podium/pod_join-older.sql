-- version: 3
-- podium.pod_join without limits, which the version before this one calls.
CREATE OR REPLACE FUNCTION podium.pod_join(_pod uuid, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_user);
  RETURN QUERY SELECT * FROM podium.pod_join(_pod, _user, NULL, NULL, NULL);
END $$;
COMMENT ON FUNCTION podium.pod_join(uuid, uuid) IS
  'As podium.pod_join with limits, none of which holds';
REVOKE ALL ON FUNCTION podium.pod_join(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.pod_join(uuid, uuid) TO podium_user, podium_service;
