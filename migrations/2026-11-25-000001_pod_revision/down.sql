SET LOCAL lock_timeout = '5s';

DROP TRIGGER count_revision ON pods;
DROP FUNCTION IF EXISTS podium.count_revision();
ALTER TABLE pods DROP COLUMN revision;
