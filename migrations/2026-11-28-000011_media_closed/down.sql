SET LOCAL lock_timeout = '5s';

CREATE POLICY share ON media FOR INSERT TO podium_user
  WITH CHECK (owner_id = (SELECT podium.user_id())
              AND CASE WHEN pod_id IS NULL THEN event_id = ANY ((SELECT podium.my_events())::uuid[])
                       ELSE event_id = podium.pod_event(pod_id) END);
GRANT INSERT (id, owner_id, event_id, pod_id, url, kind) ON media TO podium_user;
