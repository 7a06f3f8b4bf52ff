-- version: 2
CREATE OR REPLACE FUNCTION podium.wall_step(_event uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  n bigint;
BEGIN
  UPDATE events SET wall_seq = wall_seq + 1 WHERE id = _event RETURNING wall_seq INTO n;
  RETURN n;
END $$;
COMMENT ON FUNCTION podium.wall_step(uuid) IS
  'Returns the next number of an event''s feed; NULL if the event does not exist. The event''s row stays locked until the commit';
REVOKE ALL ON FUNCTION podium.wall_step(uuid) FROM PUBLIC, podium_user, podium_service;
