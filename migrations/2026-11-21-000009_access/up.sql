-- Who may do what: the access table of docs/ACCESS.md, and nothing else. Row level security is on since each table was
-- made, so whatever is not allowed here is refused.
--
-- Policies do not look into tables themselves, or they would call each other in circles: they ask the functions below,
-- which run as the tables' owner. Each is called as (SELECT …), so that it is evaluated once a query, not once a row.
-- They are plpgsql, whose plans are kept for the session; an SQL function would be planned again in every query.
SET LOCAL lock_timeout = '5s';

CREATE FUNCTION podium.my_events() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN coalesce((SELECT array_agg(event_id) FROM event_members WHERE user_id = podium.user_id()), '{}');
END $$;
COMMENT ON FUNCTION podium.my_events() IS 'The events whose member the caller is';

CREATE FUNCTION podium.my_hosted_events() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN coalesce((SELECT array_agg(id) FROM (
    SELECT id FROM events WHERE created_by = podium.user_id()
    UNION SELECT event_id FROM event_members WHERE user_id = podium.user_id() AND role = 'host') hosted), '{}');
END $$;
COMMENT ON FUNCTION podium.my_hosted_events() IS 'The events that the caller made or hosts';

CREATE FUNCTION podium.my_pods() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN coalesce((SELECT array_agg(pod_id) FROM pod_members WHERE user_id = podium.user_id()), '{}');
END $$;
COMMENT ON FUNCTION podium.my_pods() IS 'The pods whose member the caller is';

CREATE FUNCTION podium.my_owned_pods() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN coalesce((SELECT array_agg(pod_id) FROM pod_members WHERE user_id = podium.user_id() AND role = 'owner'), '{}');
END $$;
COMMENT ON FUNCTION podium.my_owned_pods() IS 'The pods that the caller owns';

CREATE FUNCTION podium.my_since_seqs() RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (SELECT jsonb_object_agg(pod_id, since_seq) FROM pod_members WHERE user_id = podium.user_id());
END $$;
COMMENT ON FUNCTION podium.my_since_seqs() IS 'For each pod of the caller, by its id, the seq from which on they may read';

CREATE FUNCTION podium.my_join_times() RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (SELECT jsonb_object_agg(pod_id, joined_at) FROM pod_members WHERE user_id = podium.user_id());
END $$;
COMMENT ON FUNCTION podium.my_join_times() IS 'For each pod of the caller, by its id, the time from which on they may see its media';

CREATE FUNCTION podium.pod_event(_pod uuid) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN (SELECT p.event_id FROM pods p JOIN pod_members m ON m.pod_id = p.id WHERE p.id = _pod AND m.user_id = podium.user_id());
END $$;
COMMENT ON FUNCTION podium.pod_event(uuid) IS 'The event of a pod of the caller; NULL for any other pod';

CREATE FUNCTION podium.is_reported(_type public.report_target, _id uuid, _pod uuid DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN podium.is_moderator() AND EXISTS (
    SELECT 1 FROM reports
    WHERE target_type = _type AND target_id = _id AND resolved_at IS NULL AND (_pod IS NULL OR pod_id = _pod));
END $$;
COMMENT ON FUNCTION podium.is_reported(report_target, uuid, uuid) IS 'Whether an open report names this; told to moderators alone';

-- A moderator must not open a pod by reporting an id in it: one reports what one may read. An id counts within its pod,
-- so the report keeps which pod's message its reporter saw.
CREATE FUNCTION podium.place_report() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.pod_id := NULL;
  IF NEW.target_type = 'message' THEN
    SELECT m.pod_id INTO NEW.pod_id
    FROM messages m JOIN pod_members s ON s.pod_id = m.pod_id AND s.user_id = NEW.reporter AND m.seq >= s.since_seq
    WHERE m.id = NEW.target_id ORDER BY m.pod_id LIMIT 1;
  END IF;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION podium.place_report() IS 'Trigger: sets the pod of a reported message to one that the reporter may read it in';
CREATE TRIGGER place BEFORE INSERT ON reports FOR EACH ROW EXECUTE FUNCTION podium.place_report();

CREATE FUNCTION podium.may_report(_type public.report_target, _id uuid, _pod uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  me uuid := podium.user_id();
BEGIN
  RETURN CASE _type
    WHEN 'message' THEN _pod IS NOT NULL
    WHEN 'post' THEN EXISTS (SELECT 1 FROM posts p WHERE p.id = _id AND p.event_id = ANY (podium.my_events()))
    WHEN 'media' THEN EXISTS (
      SELECT 1 FROM media f LEFT JOIN pod_members s ON s.pod_id = f.pod_id AND s.user_id = me
      WHERE f.id = _id AND CASE WHEN f.pod_id IS NULL THEN f.event_id = ANY (podium.my_events())
                                ELSE f.created_at >= s.joined_at END)
    WHEN 'profile' THEN EXISTS (SELECT 1 FROM podium.people WHERE id = _id)
  END;
END $$;
COMMENT ON FUNCTION podium.may_report(report_target, uuid, uuid) IS 'Whether the caller may read what their report names';

-- What one person may know of another. Somebody who is hidden in an event's lists is seen by their pods, and where they
-- posted. Everyone whose message one may read is a member of that pod, or has left it after one came, with a line.
-- OFFSET 0 keeps each question a look-up by person: without it, for a hundred people, Postgres reads all members of all
-- events into a hash first.
CREATE VIEW podium.people WITH (security_barrier) AS
SELECT p.id, p.display_name, p.avatar_url, CASE WHEN p.reveal_ig THEN p.ig_url END AS ig_url
FROM public.profiles p
WHERE p.id = (SELECT podium.user_id())
   OR EXISTS (SELECT 1 FROM public.event_members e
              WHERE e.user_id = p.id AND NOT e.hidden AND e.event_id = ANY ((SELECT podium.my_events())::uuid[]) OFFSET 0)
   OR EXISTS (SELECT 1 FROM public.pod_members m
              WHERE m.user_id = p.id AND m.pod_id = ANY ((SELECT podium.my_pods())::uuid[]) OFFSET 0)
   OR EXISTS (SELECT 1 FROM public.messages l
              WHERE l.kind <> 'text' AND l.user_id = p.id AND l.pod_id = ANY ((SELECT podium.my_pods())::uuid[])
                AND l.seq >= ((SELECT podium.my_since_seqs()) ->> l.pod_id::text)::bigint OFFSET 0)
   OR EXISTS (SELECT 1 FROM public.posts o
              WHERE o.user_id = p.id AND o.event_id = ANY ((SELECT podium.my_events())::uuid[]) OFFSET 0)
   OR EXISTS (SELECT 1 FROM public.media f
              WHERE f.owner_id = p.id AND f.pod_id IS NULL AND f.event_id = ANY ((SELECT podium.my_events())::uuid[]) OFFSET 0)
   OR ((SELECT podium.is_moderator()) AND podium.is_reported('profile', p.id));
COMMENT ON VIEW podium.people IS
  'The people whom the caller may see: themself, members of their events who do not hide, whoever is or was in their pods since they came, authors on their events'' walls. Ask by id: a join does not reach through the view';
COMMENT ON COLUMN podium.people.id IS 'The profile';
COMMENT ON COLUMN podium.people.display_name IS 'The name';
COMMENT ON COLUMN podium.people.avatar_url IS 'Where the picture is';
COMMENT ON COLUMN podium.people.ig_url IS 'The Instagram page of one who reveals it';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA podium FROM PUBLIC;
GRANT EXECUTE ON FUNCTION podium.my_events(), podium.my_hosted_events(), podium.my_pods(), podium.my_owned_pods(),
  podium.my_since_seqs(), podium.my_join_times(), podium.pod_event(uuid), podium.is_reported(report_target, uuid, uuid),
  podium.may_report(report_target, uuid, uuid)
  TO podium_user;

-- profiles: one's own row. Others are read through podium.people, since a policy hides rows, not columns.
GRANT SELECT, INSERT (id, display_name, email, avatar_url, ig_url, reveal_ig),
  UPDATE (display_name, email, avatar_url, ig_url, reveal_ig, deleted_at) ON profiles TO podium_user;
CREATE POLICY own ON profiles TO podium_user
  USING (id = (SELECT podium.user_id())) WITH CHECK (id = (SELECT podium.user_id()));
GRANT SELECT ON podium.people TO podium_user;

-- events: everybody reads; the maker and moderators change. Deletion is podium.event_delete.
GRANT SELECT, INSERT (id, slug, artist, city, venue, date_utc, ends_at, time_zone, created_by, meet_point_public),
  UPDATE (slug, artist, city, venue, date_utc, ends_at, time_zone, meet_point_public, cancelled_at) ON events TO podium_user;
CREATE POLICY read ON events FOR SELECT TO podium_user USING (true);
CREATE POLICY make ON events FOR INSERT TO podium_user WITH CHECK (created_by = (SELECT podium.user_id()));
CREATE POLICY change ON events FOR UPDATE TO podium_user
  USING (created_by = (SELECT podium.user_id()) OR (SELECT podium.is_moderator()));

-- event_members: members see each other; one's own row is one's own. Leaving is podium.leave_event, since pods come first.
GRANT SELECT, INSERT (event_id, user_id, vibe_badges, hidden), UPDATE (vibe_badges, hidden) ON event_members TO podium_user;
CREATE POLICY read ON event_members FOR SELECT TO podium_user
  USING (user_id = (SELECT podium.user_id()) OR (SELECT podium.is_moderator())
         OR (NOT hidden AND event_id = ANY ((SELECT podium.my_events())::uuid[])));
CREATE POLICY join_oneself ON event_members FOR INSERT TO podium_user WITH CHECK (user_id = (SELECT podium.user_id()));
CREATE POLICY change_own ON event_members FOR UPDATE TO podium_user USING (user_id = (SELECT podium.user_id()));

-- pods: the event's members see those that are open. The head tells how much is said inside, so it is left out.
GRANT SELECT (id, event_id, name, kind, seats, join_policy, created_by, created_at, closed_at) ON pods TO podium_user;
CREATE POLICY read ON pods FOR SELECT TO podium_user
  USING ((closed_at IS NULL AND (event_id = ANY ((SELECT podium.my_events())::uuid[]) OR (SELECT podium.is_moderator())))
         OR (closed_at IS NOT NULL AND created_by = (SELECT podium.user_id())));

-- pod_members, messages: the pod's members; of the log, what came since they did.
GRANT SELECT ON pod_members, messages TO podium_user;
CREATE POLICY read ON pod_members FOR SELECT TO podium_user USING (pod_id = ANY ((SELECT podium.my_pods())::uuid[]));
CREATE POLICY read ON messages FOR SELECT TO podium_user
  USING (seq >= ((SELECT podium.my_since_seqs()) ->> pod_id::text)::bigint);
CREATE POLICY read_reported ON messages FOR SELECT TO podium_user
  USING ((SELECT podium.is_moderator()) AND podium.is_reported('message', id, pod_id));

-- pod_admissions: the pod's owner, and each person their own.
GRANT SELECT ON pod_admissions TO podium_user;
CREATE POLICY read ON pod_admissions FOR SELECT TO podium_user
  USING (user_id = (SELECT podium.user_id()) OR pod_id = ANY ((SELECT podium.my_owned_pods())::uuid[]));

-- media: the event's for its members, a pod's for its members since they came; one's own stays in one's hands.
GRANT SELECT, INSERT (id, owner_id, event_id, pod_id, url, kind), DELETE ON media TO podium_user;
CREATE POLICY read ON media FOR SELECT TO podium_user
  USING (owner_id = (SELECT podium.user_id())
         OR (pod_id IS NULL AND (event_id = ANY ((SELECT podium.my_events())::uuid[]) OR (SELECT podium.is_moderator())))
         OR (pod_id IS NOT NULL AND created_at >= ((SELECT podium.my_join_times()) ->> pod_id::text)::timestamptz)
         OR ((SELECT podium.is_moderator()) AND podium.is_reported('media', id)));
CREATE POLICY share ON media FOR INSERT TO podium_user
  WITH CHECK (owner_id = (SELECT podium.user_id())
              AND CASE WHEN pod_id IS NULL THEN event_id = ANY ((SELECT podium.my_events())::uuid[])
                       ELSE event_id = podium.pod_event(pod_id) END);
CREATE POLICY remove ON media FOR DELETE TO podium_user
  USING (owner_id = (SELECT podium.user_id())
         OR ((SELECT podium.is_moderator()) AND (pod_id IS NULL OR podium.is_reported('media', id))));

-- posts: the event's members read and write; authors and moderators delete.
GRANT SELECT, INSERT (id, event_id, user_id, kind, body), UPDATE (body), DELETE ON posts TO podium_user;
CREATE POLICY read ON posts FOR SELECT TO podium_user
  USING (user_id = (SELECT podium.user_id()) OR event_id = ANY ((SELECT podium.my_events())::uuid[])
         OR (SELECT podium.is_moderator()));
CREATE POLICY write ON posts FOR INSERT TO podium_user
  WITH CHECK (user_id = (SELECT podium.user_id()) AND event_id = ANY ((SELECT podium.my_events())::uuid[]));
CREATE POLICY change_own ON posts FOR UPDATE TO podium_user
  USING (user_id = (SELECT podium.user_id()) AND event_id = ANY ((SELECT podium.my_events())::uuid[]));
CREATE POLICY remove ON posts FOR DELETE TO podium_user
  USING (user_id = (SELECT podium.user_id()) OR (SELECT podium.is_moderator()));

-- memorabilia: one's own, for oneself.
GRANT SELECT, DELETE, INSERT (id, event_id, user_id, opener_guess, peak_moment, song_of_night, crowd_energy, notes),
  UPDATE (opener_guess, peak_moment, song_of_night, crowd_energy, notes) ON memorabilia TO podium_user;
CREATE POLICY own ON memorabilia TO podium_user
  USING (user_id = (SELECT podium.user_id())) WITH CHECK (user_id = (SELECT podium.user_id()));

-- meet_points: the event's members read, everybody if the event says so; its maker and its hosts change.
GRANT SELECT, INSERT (event_id, title, description, when_local, created_by), UPDATE (title, description, when_local), DELETE
  ON meet_points TO podium_user;
CREATE POLICY read ON meet_points FOR SELECT TO podium_user
  USING (event_id = ANY ((SELECT podium.my_events())::uuid[]) OR event_id = ANY ((SELECT podium.my_hosted_events())::uuid[])
         OR EXISTS (SELECT 1 FROM events e WHERE e.id = event_id AND e.meet_point_public));
CREATE POLICY name ON meet_points FOR INSERT TO podium_user
  WITH CHECK (created_by = (SELECT podium.user_id()) AND event_id = ANY ((SELECT podium.my_hosted_events())::uuid[]));
CREATE POLICY change ON meet_points FOR UPDATE TO podium_user
  USING (event_id = ANY ((SELECT podium.my_hosted_events())::uuid[]));
CREATE POLICY remove ON meet_points FOR DELETE TO podium_user
  USING (event_id = ANY ((SELECT podium.my_hosted_events())::uuid[]));

-- reports: file about what one may read, read one's own; moderators read and resolve.
GRANT SELECT, INSERT (id, reporter, target_type, target_id, reason), UPDATE (resolved_at, resolved_by, resolution)
  ON reports TO podium_user;
CREATE POLICY read ON reports FOR SELECT TO podium_user
  USING (reporter = (SELECT podium.user_id()) OR (SELECT podium.is_moderator()));
CREATE POLICY file ON reports FOR INSERT TO podium_user
  WITH CHECK (reporter = (SELECT podium.user_id()) AND podium.may_report(target_type, target_id, pod_id));
CREATE POLICY resolve ON reports FOR UPDATE TO podium_user
  USING ((SELECT podium.is_moderator())) WITH CHECK (resolved_by = (SELECT podium.user_id()));

-- nodes: nothing for people.

-- podium_service reads what the journal, repairs and the sweep need, of everybody, and keeps the nodes' rows. It cannot
-- write logs and members but through the same functions. (A role cannot be given BYPASSRLS by one who lacks it.)
GRANT SELECT ON events, event_members, pods, pod_members, pod_admissions, messages TO podium_service;
GRANT SELECT (id, display_name, avatar_url, deleted_at) ON profiles TO podium_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON nodes TO podium_service;
CREATE POLICY service ON profiles FOR SELECT TO podium_service USING (true);
CREATE POLICY service ON events FOR SELECT TO podium_service USING (true);
CREATE POLICY service ON event_members FOR SELECT TO podium_service USING (true);
CREATE POLICY service ON pods FOR SELECT TO podium_service USING (true);
CREATE POLICY service ON pod_members FOR SELECT TO podium_service USING (true);
CREATE POLICY service ON pod_admissions FOR SELECT TO podium_service USING (true);
CREATE POLICY service ON messages FOR SELECT TO podium_service USING (true);
CREATE POLICY service ON nodes TO podium_service USING (true) WITH CHECK (true);
