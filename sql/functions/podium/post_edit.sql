-- version: 3
-- A poll is locked for this change, and voters lock it FOR SHARE: none of them votes in between.
CREATE OR REPLACE FUNCTION podium.post_edit() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.closed_at IS NOT NULL OR OLD.closes_at <= clock_timestamp() THEN
    RAISE EXCEPTION 'a closed poll must not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'posts_closed';
  END IF;
  IF OLD.kind = 'poll' AND NEW.body <> OLD.body AND EXISTS (SELECT 1 FROM ballots WHERE post_id = OLD.id) THEN
    RAISE EXCEPTION 'a poll with votes must stay what it is' USING ERRCODE = 'check_violation', CONSTRAINT = 'posts_frozen';
  END IF;
  NEW.edited_at := clock_timestamp();
  RETURN NEW;
END $$;
COMMENT ON FUNCTION podium.post_edit() IS
  'Trigger: refuses a change of a closed poll, and of a poll with votes, and sets `edited_at`';
REVOKE ALL ON FUNCTION podium.post_edit() FROM PUBLIC, podium_user, podium_service;
