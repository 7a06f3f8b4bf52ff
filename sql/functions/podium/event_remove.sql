-- version: 3
CREATE OR REPLACE FUNCTION podium.event_remove(_event uuid, _by uuid, _user uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  standing text := podium.event_standing(_event, _by);
  verdict text := 'ok';
BEGIN
  PERFORM podium.guard(_by);
  IF standing NOT IN ('moderator', 'maker', 'host') THEN
    verdict := standing;
  ELSIF _user = _by THEN
    verdict := 'invalid';
  ELSIF standing = 'host' AND podium.event_standing(_event, _user) IN ('maker', 'host') THEN
    verdict := 'forbidden';
  ELSIF NOT EXISTS (SELECT 1 FROM profiles WHERE id = _user AND deleted_at IS NULL) THEN
    verdict := 'not_found';
  END IF;
  IF verdict <> 'ok' THEN
    RETURN QUERY SELECT * FROM podium.outcome(verdict, NULL);
    RETURN;
  END IF;
  -- In the order of locks: the pods, the turn, the membership.
  PERFORM 1 FROM pods WHERE id IN (SELECT pod_id FROM pod_members WHERE event_id = _event AND user_id = _user)
  ORDER BY id FOR NO KEY UPDATE;
  PERFORM podium.event_turn(_event, _user);
  PERFORM 1 FROM event_members WHERE event_id = _event AND user_id = _user FOR UPDATE;
  IF FOUND THEN
    RETURN QUERY SELECT * FROM podium.leave_all(_event, 'removed', _user, _by);
  ELSE
    RETURN QUERY SELECT * FROM podium.outcome('ok', NULL);
  END IF;
  INSERT INTO event_bars (event_id, user_id, by) VALUES (_event, _user, _by) ON CONFLICT DO NOTHING;
END $$;
COMMENT ON FUNCTION podium.event_remove(uuid, uuid, uuid) IS
  'Bars a person from an event on behalf of its creator, a host or a moderator, a member or not, until they are admitted again; ends the membership in the event and in its pods, and writes `removed` lines. Codes: `ok`; `not_found` if there is no such event or person; `invalid` for oneself (leave instead); `forbidden` for other members, and for a host about the creator or a host; `not_member`. Raises 40001 as podium.leave_event';
REVOKE ALL ON FUNCTION podium.event_remove(uuid, uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.event_remove(uuid, uuid, uuid) TO podium_user, podium_service;
