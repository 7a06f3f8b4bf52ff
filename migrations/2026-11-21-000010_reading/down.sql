SET LOCAL lock_timeout = '5s';
DROP FUNCTION IF EXISTS podium.inbox(integer, timestamptz, uuid);
DROP FUNCTION IF EXISTS podium.roster(uuid[]);
DROP FUNCTION IF EXISTS podium.seats_taken(uuid[]);
DROP FUNCTION IF EXISTS podium.head(uuid);
