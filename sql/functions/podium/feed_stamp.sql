-- version: 2
-- Attached as a deferred constraint trigger, FOR EACH ROW, with
--   podium.feed_stamp('kind')                          to a table whose rows are items of the feed, with the key `id`;
--   podium.feed_stamp('kind', 'column')                the same, with a key of another name;
--   podium.feed_stamp('kind', 'column', 'items')       to a table whose rows are part of an item of another table: the
--                                                      column holds the item's `id`.
-- Items have columns `event_id uuid`, `wall_seq bigint NOT NULL DEFAULT 0` and `wall_from bigint`, and an index on
-- (event_id, wall_seq). A table of parts does not need event_id, but is faster with it. A table of which only deletions are
-- announced needs only its key and event_id.
CREATE OR REPLACE FUNCTION podium.feed_stamp() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  kind text := TG_ARGV[0];
  key text := coalesce(TG_ARGV[1], 'id');
  items regclass := coalesce(TG_ARGV[2]::regclass, TG_RELID::regclass);
  part boolean := TG_ARGV[2] IS NOT NULL;
  gone boolean := TG_OP = 'DELETE' AND TG_ARGV[2] IS NULL;
  changed jsonb;
  item uuid;
  event uuid;
  mark text;
  n bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN
    changed := to_jsonb(OLD);
  ELSE
    changed := to_jsonb(NEW);
  END IF;
  -- The stamp itself is an update, which must not be stamped again.
  IF TG_OP = 'UPDATE' AND NOT part AND changed -> 'wall_seq' <> to_jsonb(OLD) -> 'wall_seq' THEN
    RETURN NULL;
  END IF;
  item := (changed ->> key)::uuid;
  -- When the first of these triggers fires, all changes of the transaction are visible: the five members of a pod that closes
  -- are one change.
  mark := concat_ws(':', pg_current_xact_id(), kind, item, gone);
  IF current_setting('podium.feed', true) IS NOT DISTINCT FROM mark THEN
    RETURN NULL;
  END IF;
  event := (changed ->> 'event_id')::uuid;
  IF event IS NULL AND part THEN
    EXECUTE format('SELECT event_id FROM %s WHERE id = $1', items) INTO event USING item;
  END IF;
  n := podium.wall_step(event);
  IF n IS NULL THEN
    RETURN NULL;
  ELSIF gone THEN
    INSERT INTO event_removals (event_id, wall_seq, kind, id) VALUES (event, n, kind, item);
    -- Deletes up to two old rows for each new one, which bounds the table. No node is an hour behind.
    DELETE FROM event_removals r USING (
      SELECT o.wall_seq FROM event_removals o WHERE o.event_id = event ORDER BY o.wall_seq LIMIT 2) oldest
    WHERE r.event_id = event AND r.wall_seq = oldest.wall_seq AND r.removed_at < clock_timestamp() - interval '1 hour';
  ELSE
    EXECUTE format('UPDATE %s SET wall_seq = $1, wall_from = coalesce(wall_from, $1) WHERE %I = $2',
                   items, CASE WHEN part THEN 'id' ELSE key END) USING n, item;
  END IF;
  PERFORM set_config('podium.feed', mark, true);
  RETURN NULL;
END $$;
COMMENT ON FUNCTION podium.feed_stamp() IS
  'Deferred trigger: gives a changed item of an event''s feed the next number of the feed, or records a deleted one in event_removals';
REVOKE ALL ON FUNCTION podium.feed_stamp() FROM PUBLIC, podium_user, podium_service;
