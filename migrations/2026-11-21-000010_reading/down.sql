SET LOCAL lock_timeout = '5s';
DROP FUNCTION podium.inbox(integer, timestamptz, uuid);
DROP FUNCTION podium.roster(uuid[]);
DROP FUNCTION podium.seats_taken(uuid[]);
DROP FUNCTION podium.head(uuid);
