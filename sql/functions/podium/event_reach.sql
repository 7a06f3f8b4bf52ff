-- version: 2
CREATE OR REPLACE FUNCTION podium.event_reach(_child text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  k podium.event_children;
BEGIN
  SELECT * INTO STRICT k FROM podium.event_children WHERE child = _child;
  IF k.parent = 'events' THEN
    RETURN format('%I = $1', k.link);
  END IF;
  RETURN format('%I IN (SELECT id FROM %s WHERE %s)', k.link, k.parent::regclass, podium.event_reach(k.parent));
END $$;
COMMENT ON FUNCTION podium.event_reach(text) IS
  'Returns a condition, as SQL text, that is true for the rows of a table of podium.event_children that belong to the event `$1`';
REVOKE ALL ON FUNCTION podium.event_reach(text) FROM PUBLIC, podium_user, podium_service;
