-- A member could share any address as a medium, in SQL: no route ever did. Media come with uploads; until then nobody makes
-- one. What there is can still be read, and deleted.
SET LOCAL lock_timeout = '5s';

REVOKE INSERT (id, owner_id, event_id, pod_id, url, kind) ON media FROM podium_user;
DROP POLICY share ON media;
