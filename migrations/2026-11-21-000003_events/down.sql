SET LOCAL lock_timeout = '5s';
DROP TABLE event_members;
DROP FUNCTION IF EXISTS podium.badges_ok(jsonb[]);
DROP TABLE events;
