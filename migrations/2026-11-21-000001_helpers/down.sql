SET LOCAL lock_timeout = '5s';
DROP SCHEMA podium CASCADE;
REVOKE USAGE ON SCHEMA public FROM podium_user, podium_service;
