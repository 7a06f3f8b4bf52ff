SET LOCAL lock_timeout = '5s';
DROP FUNCTION IF EXISTS podium.append(uuid[], uuid[], uuid[], text[], uuid[], text[]);
