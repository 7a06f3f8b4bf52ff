SET LOCAL lock_timeout = '5s';

CREATE OR REPLACE VIEW podium.people WITH (security_barrier) AS
SELECT p.id, p.display_name, CASE WHEN p.avatar_url ~* '^https://' THEN p.avatar_url END AS avatar_url,
       CASE WHEN p.reveal_ig AND p.ig_url ~* '^https://(www\.)?instagram\.com/.' THEN p.ig_url END AS ig_url
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
COMMENT ON VIEW podium.people IS 'The people whom the caller may see: themselves, members of their events who are not hidden, current and former members of their pods since they joined, and authors of posts and media in their events. Query it by id: the planner cannot push a join into it';

DROP TABLE comments, reactions;
DELETE FROM podium.event_children WHERE child IN ('comments', 'reactions');
