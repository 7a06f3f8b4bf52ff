SET LOCAL lock_timeout = '5s';
DROP FUNCTION IF EXISTS podium.mark_read(uuid[], uuid[], bigint[]);
