SET LOCAL lock_timeout = '5s';
DROP TABLE podium.event_children;
LOCK TABLE pods, pod_members, pod_admissions, messages, event_members, media, posts, memorabilia, meet_points, events
  IN ACCESS EXCLUSIVE MODE;
ALTER TABLE pods DROP CONSTRAINT pods_event_id_fkey,
  ADD CONSTRAINT pods_event_id_fkey FOREIGN KEY (event_id) REFERENCES events;
ALTER TABLE event_members DROP CONSTRAINT event_members_event_id_fkey,
  ADD CONSTRAINT event_members_event_id_fkey FOREIGN KEY (event_id) REFERENCES events;
ALTER TABLE media DROP CONSTRAINT media_event_id_fkey,
  ADD CONSTRAINT media_event_id_fkey FOREIGN KEY (event_id) REFERENCES events;
ALTER TABLE media DROP CONSTRAINT media_pod_id_fkey,
  ADD CONSTRAINT media_pod_id_fkey FOREIGN KEY (pod_id) REFERENCES pods;
ALTER TABLE posts DROP CONSTRAINT posts_event_id_fkey,
  ADD CONSTRAINT posts_event_id_fkey FOREIGN KEY (event_id) REFERENCES events;
ALTER TABLE memorabilia DROP CONSTRAINT memorabilia_event_id_fkey,
  ADD CONSTRAINT memorabilia_event_id_fkey FOREIGN KEY (event_id) REFERENCES events;
ALTER TABLE meet_points DROP CONSTRAINT meet_points_event_id_fkey,
  ADD CONSTRAINT meet_points_event_id_fkey FOREIGN KEY (event_id) REFERENCES events;
ALTER TABLE pod_members DROP CONSTRAINT pod_members_pod_id_seats_fkey,
  ADD CONSTRAINT pod_members_pod_id_seats_fkey FOREIGN KEY (pod_id, seats) REFERENCES pods (id, seats);
ALTER TABLE pod_admissions DROP CONSTRAINT pod_admissions_pod_id_fkey,
  ADD CONSTRAINT pod_admissions_pod_id_fkey FOREIGN KEY (pod_id) REFERENCES pods;
ALTER TABLE messages DROP CONSTRAINT messages_pod_id_fkey,
  ADD CONSTRAINT messages_pod_id_fkey FOREIGN KEY (pod_id) REFERENCES pods;
