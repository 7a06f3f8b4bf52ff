-- Addresses from before the rule (a picture is at https, a page at Instagram is at Instagram) are shown to nobody else. They stay
-- with their person, who is told why when they save them.
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
COMMENT ON COLUMN podium.people.avatar_url IS 'Where the picture is, if that is an https address';
COMMENT ON COLUMN podium.people.ig_url IS 'The Instagram page of one who reveals it, if it is at Instagram';
