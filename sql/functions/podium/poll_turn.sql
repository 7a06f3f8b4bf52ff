-- version: 2
-- A row lock FOR SHARE does not queue behind a transaction that waits to lock the row exclusively, so voters on a few nodes
-- would keep the poll's closing waiting for as long as they vote. Advisory locks are given in the order of asking: voters take
-- theirs shared, and what changes the post exclusively, each before the row's.
CREATE OR REPLACE FUNCTION podium.poll_turn(_post uuid) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(_post::text, 20));
END $$;
COMMENT ON FUNCTION podium.poll_turn(uuid) IS
  'Waits until the voters who came before have voted, and lets no other vote until the end of the transaction. Called before a post''s row is locked exclusively';
REVOKE ALL ON FUNCTION podium.poll_turn(uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.poll_turn(uuid) TO podium_user;
