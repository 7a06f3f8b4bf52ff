SET LOCAL lock_timeout = '5s';
DROP FUNCTION IF EXISTS podium.append(uuid[], uuid[], uuid[], text[]);
DROP FUNCTION IF EXISTS podium.refusal(uuid, uuid);
DROP TABLE messages;
