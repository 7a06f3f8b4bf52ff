SET LOCAL lock_timeout = '5s';
-- The migrations before this one take their functions away themselves, and the version before calls them: so they get back
-- the text that they had. Nothing but other functions can use those that are newer.
SET LOCAL check_function_bodies = off;
DO $$
DECLARE
  f record;
BEGIN
  FOR f IN SELECT * FROM podium.functions WHERE migrated IS NOT NULL ORDER BY signature LOOP
    IF to_regprocedure(f.signature) IS NULL OR pg_get_functiondef(to_regprocedure(f.signature)) <> f.migrated THEN
      EXECUTE f.migrated;
    END IF;
  END LOOP;
  FOR f IN SELECT * FROM podium.functions WHERE migrated IS NULL ORDER BY signature LOOP
    EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', f.signature);
  END LOOP;
END $$;
DROP TABLE podium.functions;
COMMENT ON SCHEMA podium IS 'Functions and views of Podium; its tables stand in public';
