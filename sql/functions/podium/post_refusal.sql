-- version: 1
CREATE OR REPLACE FUNCTION podium.post_refusal(_event uuid, _author uuid, _user uuid) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN CASE WHEN _user = _author OR EXISTS (SELECT 1 FROM events WHERE id = _event AND created_by = _user)
              THEN 'not_member' ELSE 'not_found' END;
END $$;
COMMENT ON FUNCTION podium.post_refusal(uuid, uuid, uuid) IS
  'Returns the code for a post of an event that the person is not a member of: `not_member` for its author and the event''s maker, who may read it; `not_found` for everyone else';
REVOKE ALL ON FUNCTION podium.post_refusal(uuid, uuid, uuid) FROM PUBLIC, podium_user, podium_service;
