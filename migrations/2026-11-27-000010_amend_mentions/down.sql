SET LOCAL lock_timeout = '5s';
DROP FUNCTION podium.amend(uuid[], uuid[], uuid[], text[], text[], uuid[], text[]);
