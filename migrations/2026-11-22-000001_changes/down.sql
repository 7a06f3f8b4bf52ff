SET LOCAL lock_timeout = '5s';
DROP FUNCTION IF EXISTS podium.amend(uuid[], uuid[], uuid[], text[], text[], uuid[]);
DROP TABLE message_ops;
