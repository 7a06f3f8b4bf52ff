-- version: 1
CREATE OR REPLACE FUNCTION podium.event_is_shared(_event uuid, _by uuid) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  k podium.event_children;
  hit boolean;
BEGIN
  FOR k IN SELECT * FROM podium.event_children c WHERE c.blocks <> 'never' ORDER BY c.child LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s WHERE %s AND (%s))', k.child::regclass, podium.event_reach(k.child),
                   coalesce((SELECT string_agg(format('%I <> $2', p), ' OR ') FROM unnest(k.persons) p), 'true'))
      INTO hit USING _event, _by;
    IF hit THEN
      RETURN true;
    END IF;
  END LOOP;
  RETURN false;
END $$;
COMMENT ON FUNCTION podium.event_is_shared(uuid, uuid) IS
  'Returns whether, as podium.event_children defines, a row of another person than `_by` depends on an event';
REVOKE ALL ON FUNCTION podium.event_is_shared(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
