-- version: 5
CREATE OR REPLACE FUNCTION podium.event_delete(_event uuid, _by uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  maker uuid;
  k podium.event_children;
  locked uuid[];
  -- The ids of the locked rows of each table that other tables refer to, by the table's name.
  held jsonb := '{}';
  pods_held uuid[];
  hit boolean;
  refusal text;
BEGIN
  PERFORM podium.guard(_by);
  SELECT created_by INTO maker FROM events WHERE id = _event;
  -- Where others are, they may hold the locks one after the other for as long as they like, as voters do.
  refusal := CASE
    WHEN maker IS NULL THEN 'not_found'
    WHEN maker <> _by THEN 'forbidden'
    WHEN podium.event_is_shared(_event, _by) THEN 'conflict' END;
  IF refusal IS NOT NULL THEN
    RETURN QUERY SELECT * FROM podium.outcome(refusal, NULL);
    RETURN;
  END IF;
  FOR k IN
    SELECT * FROM podium.event_children c
    WHERE c.child = 'event_members' OR c.child IN (SELECT parent FROM podium.event_children) ORDER BY c.lock_rank, c.child
  LOOP
    IF k.child = 'event_members' THEN
      PERFORM 1 FROM event_members WHERE event_id = _event AND user_id = _by FOR UPDATE;
    ELSE
      EXECUTE format('SELECT coalesce(array_agg(id), ''{}'') FROM (SELECT id FROM %s WHERE %s ORDER BY id FOR UPDATE) l',
                     k.child::regclass, podium.event_reach(k.child)) INTO locked USING _event;
      held := held || jsonb_build_object(k.child, to_jsonb(locked));
      IF k.child = 'pods' THEN
        pods_held := locked;
      END IF;
    END IF;
  END LOOP;
  -- While this lock is held nobody can join, open a pod or add a row that refers to the event: each takes a key share lock.
  PERFORM 1 FROM events WHERE id = _event AND created_by = _by FOR UPDATE;
  IF NOT FOUND THEN
    RETURN QUERY SELECT * FROM podium.outcome('not_found', NULL);
    RETURN;
  END IF;
  FOR k IN SELECT * FROM podium.event_children c WHERE held ? c.child LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s WHERE %s AND id <> ALL ($2))', k.child::regclass, podium.event_reach(k.child))
      INTO hit USING _event, ARRAY(SELECT jsonb_array_elements_text(held -> k.child))::uuid[];
    IF hit THEN
      RAISE EXCEPTION 'another row of % was made meanwhile', k.child USING ERRCODE = '40001';
    END IF;
  END LOOP;
  IF podium.event_is_shared(_event, _by) THEN
    RETURN QUERY SELECT * FROM podium.outcome('conflict', NULL);
    RETURN;
  END IF;
  -- Deletes the pods' members with the pods, before the event's members, which they refer to.
  DELETE FROM pods WHERE id = ANY (pods_held);
  DELETE FROM events WHERE id = _event;
  IF pods_held = '{}' THEN
    RETURN QUERY SELECT * FROM podium.outcome('ok', NULL);
  ELSE
    RETURN QUERY SELECT o.* FROM unnest(pods_held) pod, podium.outcome('ok', pod) o ORDER BY o.pod_id;
  END IF;
END $$;
COMMENT ON FUNCTION podium.event_delete(uuid, uuid) IS
  'Deletes an event on behalf of its creator if, as podium.event_children defines, no row of another person depends on it. Codes: `ok` with a row for each deleted pod (`pod_id`; NULL if there was none); `conflict` if other people have joined, written or shared something; `forbidden` if the caller is not the creator; `not_found`. Raises 40001 if a pod was opened meanwhile: call it again';
REVOKE ALL ON FUNCTION podium.event_delete(uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.event_delete(uuid, uuid) TO podium_user, podium_service;
