-- version: 1
-- Asked twice: without a lock, so that a refusal costs nobody anything, and by podium.invite_accept under the pod's lock.
CREATE OR REPLACE FUNCTION podium.invite_verdict(_code text, _user uuid, _joins integer, _seconds integer, _pods integer)
RETURNS TABLE (code text, seat smallint, is_member boolean, again timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  p pods;
  i invites;
  taken smallint;
  state text;
BEGIN
  SELECT * INTO i FROM invites WHERE code = _code;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'not_found', NULL::smallint, false, NULL::timestamptz;
    RETURN;
  END IF;
  SELECT * INTO p FROM pods WHERE id = i.pod_id;
  SELECT m.seat INTO taken FROM pod_members m WHERE m.pod_id = p.id AND m.user_id = _user;
  IF FOUND THEN
    RETURN QUERY SELECT 'ok', taken, true, NULL::timestamptz;
    RETURN;
  END IF;
  IF EXISTS (SELECT 1 FROM pod_admissions WHERE pod_id = p.id AND user_id = _user AND NOT admitted)
     OR EXISTS (SELECT 1 FROM event_bars WHERE event_id = p.event_id AND user_id = _user) THEN
    RETURN QUERY SELECT 'forbidden', NULL::smallint, false, NULL::timestamptz;
    RETURN;
  END IF;
  state := podium.invite_state(i, p);
  SELECT min(s) INTO taken FROM generate_series(1, p.seats) s
  WHERE NOT EXISTS (SELECT 1 FROM pod_members m WHERE m.pod_id = p.id AND m.seat = s);
  RETURN QUERY SELECT
    CASE state WHEN 'open' THEN l.code WHEN 'full' THEN 'pod_full' ELSE 'invite_' || state END, taken, false, l.again
  FROM podium.join_limits(p.id, p.event_id, _user, _joins, _seconds, _pods) l;
END $$;
COMMENT ON FUNCTION podium.invite_verdict(text, uuid, integer, integer, integer) IS
  'Returns what podium.invite_accept answers at this moment, with the seat: `ok` also for a person who is a member already (`is_member`)';
REVOKE ALL ON FUNCTION podium.invite_verdict(text, uuid, integer, integer, integer) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.invite_verdict(text, uuid, integer, integer, integer) TO podium_service;
