-- The people whom an event's maker or hosts keep out of it.
SET LOCAL lock_timeout = '5s';

CREATE TABLE event_bars (
  event_id uuid NOT NULL REFERENCES events ON DELETE CASCADE,
  user_id  uuid NOT NULL REFERENCES profiles,
  by       uuid NOT NULL REFERENCES profiles,
  at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (event_id, user_id)
);
ALTER TABLE event_bars ENABLE ROW LEVEL SECURITY;
CREATE INDEX idx_event_bars_user_id ON event_bars (user_id);
CREATE INDEX idx_event_bars_by ON event_bars (by);

COMMENT ON TABLE event_bars IS 'The people who are barred from an event: they are no members of it, and cannot become members until they are admitted. Written by podium.event_remove, deleted by podium.event_admit';
COMMENT ON COLUMN event_bars.event_id IS 'The event';
COMMENT ON COLUMN event_bars.user_id IS 'The barred person';
COMMENT ON COLUMN event_bars.by IS 'The event''s creator, the host or the moderator who decided';
COMMENT ON COLUMN event_bars.at IS 'When they decided';

-- A bar is nobody's reason to keep an event.
INSERT INTO podium.event_children (child, parent, link, blocks, persons, lock_rank) VALUES
  ('event_bars', 'events', 'event_id', 'never', '{}', NULL);

-- The event's creator and its hosts, each person their own, and moderators.
GRANT SELECT ON event_bars TO podium_user, podium_service;
CREATE POLICY read ON event_bars FOR SELECT TO podium_user
  USING (user_id = (SELECT podium.user_id()) OR event_id = ANY ((SELECT podium.my_hosted_events())::uuid[])
         OR (SELECT podium.is_moderator()));
CREATE POLICY service ON event_bars FOR SELECT TO podium_service USING (true);

-- The version before inserts members itself, and knows of no bars.
CREATE TRIGGER keep_out BEFORE INSERT ON event_members FOR EACH ROW EXECUTE FUNCTION podium.keep_out();

COMMENT ON TABLE pod_admissions IS 'The owner''s decisions about people who may join a pod or are barred from it, members or not; the newest counts. Without a row the pod''s join_policy decides';
COMMENT ON COLUMN pod_admissions.admitted IS 'True: may join, even if the join policy is `invite`. False: is barred';
