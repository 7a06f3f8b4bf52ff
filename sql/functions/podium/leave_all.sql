-- version: 2
CREATE OR REPLACE FUNCTION podium.leave_all(_event uuid, _kind text, _user uuid, _by uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  held uuid[];
  pod uuid;
  lines messages[] := '{}';
BEGIN
  SELECT coalesce(array_agg(id), '{}') INTO held FROM (
    SELECT p.id FROM pods p
    WHERE p.id IN (SELECT m.pod_id FROM pod_members m WHERE m.event_id = _event AND m.user_id = _user)
    ORDER BY p.id FOR NO KEY UPDATE) locked;
  PERFORM 1 FROM event_members WHERE event_id = _event AND user_id = _user FOR UPDATE;
  IF NOT FOUND THEN
    RETURN QUERY SELECT * FROM podium.outcome(
      CASE WHEN EXISTS (SELECT 1 FROM events WHERE id = _event) THEN 'not_member' ELSE 'not_found' END, NULL);
    RETURN;
  END IF;
  IF EXISTS (SELECT 1 FROM pod_members WHERE event_id = _event AND user_id = _user AND pod_id <> ALL (held)) THEN
    RAISE EXCEPTION 'joined another pod of the event meanwhile' USING ERRCODE = '40001';
  END IF;
  FOR pod IN SELECT pod_id FROM pod_members WHERE event_id = _event AND user_id = _user ORDER BY pod_id LOOP
    lines := lines || podium.take_out(pod, _kind, _user, _by);
  END LOOP;
  DELETE FROM event_members WHERE event_id = _event AND user_id = _user;
  RETURN QUERY SELECT * FROM podium.outcome('ok', NULL, NULL, lines);
END $$;
COMMENT ON FUNCTION podium.leave_all(uuid, text, uuid, uuid) IS
  'Ends a person''s membership in an event and in all its pods';
REVOKE ALL ON FUNCTION podium.leave_all(uuid, text, uuid, uuid) FROM PUBLIC, podium_user, podium_service;
