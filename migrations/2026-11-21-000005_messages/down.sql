SET LOCAL lock_timeout = '5s';
DROP FUNCTION podium.append(uuid[], uuid[], uuid[], text[]);
DROP FUNCTION podium.refusal(uuid, uuid);
DROP TABLE messages;
