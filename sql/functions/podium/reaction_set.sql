-- version: 1
-- At most 20 kinds of emoji are on a post at any time, whatever races. Who adds a kind holds the post's lock alone, and
-- counts the kinds. Who adds to a kind that is there shares the lock, and sees it there under the lock. Who takes one
-- back needs no lock, since kinds only become fewer. So between two of the first, all that was added is seen by the
-- second, and many people add to one kind at once.
CREATE OR REPLACE FUNCTION podium.reaction_set(_post uuid, _by uuid, _emoji text, _on boolean, _limit integer, _seconds integer)
RETURNS TABLE (code text, event uuid, again timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  key bigint := hashtextextended(_post::text, 0);
  span interval := make_interval(secs => _seconds);
  was boolean;
  is_kind boolean;
BEGIN
  PERFORM podium.guard(_by);
  SELECT p.event_id INTO event FROM posts p
  WHERE p.id = _post AND EXISTS (SELECT 1 FROM event_members m WHERE m.event_id = p.event_id AND m.user_id = _by)
  FOR KEY SHARE;
  IF event IS NULL THEN
    code := 'not_found';
    RETURN NEXT;
    RETURN;
  END IF;
  -- What one person does comes one after the other.
  PERFORM 1 FROM profiles WHERE id = _by FOR NO KEY UPDATE;
  SELECT r.is_on INTO was FROM reactions r WHERE r.post_id = _post AND r.emoji = _emoji AND r.user_id = _by;
  IF coalesce(was, false) = _on THEN
    code := 'same';
  ELSIF NOT _on THEN
    UPDATE reactions r SET is_on = false, changes = r.changes + 1
    WHERE r.post_id = _post AND r.emoji = _emoji AND r.user_id = _by;
    code := 'ok';
  ELSE
    SELECT s.at + span INTO again FROM (
      SELECT r.at, sum((r.changes + 1) / 2) OVER (ORDER BY r.at DESC, r.id) AS sets
      FROM reactions r WHERE r.user_id = _by AND r.at > clock_timestamp() - span) s
    WHERE s.sets >= _limit ORDER BY s.at DESC LIMIT 1;
    IF again IS NOT NULL THEN
      code := 'rate_limited';
      RETURN NEXT;
      RETURN;
    END IF;
    is_kind := EXISTS (SELECT 1 FROM reactions r WHERE r.post_id = _post AND r.emoji = _emoji AND r.is_on);
    IF is_kind THEN
      PERFORM pg_advisory_xact_lock_shared(key);
    ELSE
      PERFORM pg_advisory_xact_lock(key);
    END IF;
    -- Each statement sees what was committed before it, so this sees what the lock waited for.
    IF EXISTS (SELECT 1 FROM reactions r WHERE r.post_id = _post AND r.emoji = _emoji AND r.is_on) THEN
      code := 'ok';
    ELSIF is_kind THEN
      code := 'retry';
    ELSIF (SELECT count(DISTINCT r.emoji) FROM reactions r WHERE r.post_id = _post AND r.is_on) >= 20 THEN
      code := 'too_many';
    ELSE
      code := 'ok';
    END IF;
    IF code = 'ok' THEN
      INSERT INTO reactions (post_id, event_id, user_id, emoji) VALUES (_post, event, _by, _emoji)
      ON CONFLICT (post_id, emoji, user_id)
      DO UPDATE SET is_on = true, changes = reactions.changes + 1, at = clock_timestamp();
    END IF;
  END IF;
  RETURN NEXT;
END $$;
COMMENT ON FUNCTION podium.reaction_set(uuid, uuid, text, boolean, integer, integer) IS
  'Sets a person''s reaction to a post, or takes it back, on behalf of a member of the event. Codes: `ok`; `same` if nothing changes; `too_many` if the post has 20 other kinds of emoji; `rate_limited` with `again` if the person has set `_limit` reactions within the last `_seconds` (NULL: no limit); `retry` if the kind has just gone: call it again in another transaction; `not_found`, also for a post of which the person is not to know. Returns the event, too';
REVOKE ALL ON FUNCTION podium.reaction_set(uuid, uuid, text, boolean, integer, integer) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.reaction_set(uuid, uuid, text, boolean, integer, integer) TO podium_user, podium_service;
