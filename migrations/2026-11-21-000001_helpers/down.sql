SET LOCAL lock_timeout = '5s';
DROP SCHEMA podium CASCADE;
REVOKE USAGE ON SCHEMA public FROM podium_user, podium_service;
DO $$
BEGIN
  IF to_regclass('public.__diesel_schema_migrations') IS NOT NULL THEN
    ALTER TABLE public.__diesel_schema_migrations DISABLE ROW LEVEL SECURITY;
  END IF;
END $$;
