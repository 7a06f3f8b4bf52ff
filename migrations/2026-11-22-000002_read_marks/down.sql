SET LOCAL lock_timeout = '5s';
DROP FUNCTION podium.mark_read(uuid[], uuid[], bigint[]);
