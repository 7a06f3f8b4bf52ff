-- Reads the tables, and lets everybody write meanwhile.
SET LOCAL lock_timeout = '5s';
ALTER TABLE pods VALIDATE CONSTRAINT pods_event_id_fkey;
ALTER TABLE event_members VALIDATE CONSTRAINT event_members_event_id_fkey;
ALTER TABLE media VALIDATE CONSTRAINT media_event_id_fkey;
ALTER TABLE media VALIDATE CONSTRAINT media_pod_id_fkey;
ALTER TABLE posts VALIDATE CONSTRAINT posts_event_id_fkey;
ALTER TABLE memorabilia VALIDATE CONSTRAINT memorabilia_event_id_fkey;
ALTER TABLE meet_points VALIDATE CONSTRAINT meet_points_event_id_fkey;
ALTER TABLE pod_members VALIDATE CONSTRAINT pod_members_pod_id_seats_fkey;
ALTER TABLE pod_admissions VALIDATE CONSTRAINT pod_admissions_pod_id_fkey;
ALTER TABLE messages VALIDATE CONSTRAINT messages_pod_id_fkey;
