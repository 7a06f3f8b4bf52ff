SET LOCAL lock_timeout = '5s';
DROP FUNCTION podium.pod_open(uuid, uuid, uuid, text, text, integer, integer);
DROP FUNCTION podium.event_allowance(uuid, integer, integer);
