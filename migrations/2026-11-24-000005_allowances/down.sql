SET LOCAL lock_timeout = '5s';
DROP FUNCTION IF EXISTS podium.pod_open(uuid, uuid, uuid, text, text, integer, integer);
DROP FUNCTION IF EXISTS podium.event_allowance(uuid, integer, integer);
