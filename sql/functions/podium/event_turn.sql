-- version: 1
-- A person who is not a member has no row that could be locked. Taken after pods are locked, and before memberships are.
CREATE OR REPLACE FUNCTION podium.event_turn(_event uuid, _user uuid) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(_event::text || _user::text, 21));
END $$;
COMMENT ON FUNCTION podium.event_turn(uuid, uuid) IS
  'Waits until no other transaction makes this person a member of the event or bars them from it, and lets none until the end of the transaction';
REVOKE ALL ON FUNCTION podium.event_turn(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
