-- version: 1
-- Asked twice: without a lock, so that a refusal costs nobody anything, and by podium.pod_join under the pod's lock.
CREATE OR REPLACE FUNCTION podium.join_verdict(_pod uuid, _user uuid, _joins integer, _seconds integer, _pods integer)
RETURNS TABLE (code text, seat smallint, is_member boolean, again timestamptz)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  p pods;
  taken smallint;
  let_in boolean;
BEGIN
  SELECT * INTO p FROM pods WHERE id = _pod;
  IF p.id IS NULL OR p.closed_at IS NOT NULL THEN
    RETURN QUERY SELECT 'not_found', NULL::smallint, false, NULL::timestamptz;
    RETURN;
  END IF;
  SELECT m.seat INTO taken FROM pod_members m WHERE m.pod_id = _pod AND m.user_id = _user;
  IF FOUND THEN
    RETURN QUERY SELECT 'ok', taken, true, NULL::timestamptz;
    RETURN;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM event_members WHERE event_id = p.event_id AND user_id = _user) THEN
    RETURN QUERY SELECT 'not_member', NULL::smallint, false, NULL::timestamptz;
    RETURN;
  END IF;
  SELECT a.admitted INTO let_in FROM pod_admissions a WHERE a.pod_id = _pod AND a.user_id = _user;
  SELECT min(s) INTO taken FROM generate_series(1, p.seats) s
  WHERE NOT EXISTS (SELECT 1 FROM pod_members m WHERE m.pod_id = _pod AND m.seat = s);
  RETURN QUERY SELECT
    CASE WHEN NOT coalesce(let_in, p.join_policy = 'open') THEN 'forbidden' WHEN taken IS NULL THEN 'pod_full' ELSE l.code END,
    taken, false, l.again
  FROM podium.join_limits(_pod, p.event_id, _user, _joins, _seconds, _pods) l;
END $$;
COMMENT ON FUNCTION podium.join_verdict(uuid, uuid, integer, integer, integer) IS
  'Returns what podium.pod_join answers at this moment, with the seat: `ok` also for a person who is a member already (`is_member`)';
REVOKE ALL ON FUNCTION podium.join_verdict(uuid, uuid, integer, integer, integer) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.join_verdict(uuid, uuid, integer, integer, integer) TO podium_service;
