SET LOCAL lock_timeout = '5s';
DROP INDEX idx_events_searched;
DROP FUNCTION IF EXISTS podium.search_score(text[], text);
DROP FUNCTION IF EXISTS podium.searched(text, text, text);
DROP FUNCTION IF EXISTS podium.folded(text);
DO $$
BEGIN
  DROP EXTENSION pg_trgm;
EXCEPTION WHEN insufficient_privilege OR dependent_objects_still_exist THEN
  RAISE NOTICE 'pg_trgm is left, since somebody else has made or uses it';
END $$;
