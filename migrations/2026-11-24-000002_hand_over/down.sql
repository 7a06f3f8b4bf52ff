SET LOCAL lock_timeout = '5s';
DROP FUNCTION IF EXISTS podium.pod_hand_over(uuid, uuid, uuid);
