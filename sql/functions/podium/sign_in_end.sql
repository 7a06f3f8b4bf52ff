-- version: 2
CREATE OR REPLACE FUNCTION podium.sign_in_end(_user uuid, _id uuid) RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_user);
  RETURN QUERY UPDATE sign_ins s SET ended_at = clock_timestamp()
    WHERE s.id = _id AND s.user_id = _user AND s.ended_at IS NULL AND s.expires_at > clock_timestamp() RETURNING s.id;
END $$;
COMMENT ON FUNCTION podium.sign_in_end(uuid, uuid) IS
  'Ends a sign-in of the person. Returns its id if it was active';
REVOKE ALL ON FUNCTION podium.sign_in_end(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.sign_in_end(uuid, uuid) TO podium_user;
