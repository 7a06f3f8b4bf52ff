SET LOCAL lock_timeout = '5s';
DROP TRIGGER IF EXISTS keep_out ON event_members;
DELETE FROM podium.event_children WHERE child = 'event_bars';
DROP TABLE event_bars;
COMMENT ON TABLE pod_admissions IS 'The owner''s decisions about people who may join a pod or are barred from it; the newest counts. Without a row the pod''s join_policy decides';
COMMENT ON COLUMN pod_admissions.admitted IS 'True: may join, even if the join policy is `invite`. False: was removed, and is barred';
