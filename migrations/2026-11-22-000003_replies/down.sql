SET LOCAL lock_timeout = '5s';
DROP FUNCTION podium.append(uuid[], uuid[], uuid[], text[], uuid[], text[]);
