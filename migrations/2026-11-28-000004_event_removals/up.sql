-- What an event's feed tells is numbered by one trigger function for all tables, podium.feed_stamp. What is gone leaves a
-- row in one table for all kinds; departures are its first kind. event_departures is written beside it, since nodes of the
-- version before this one read it; it goes with the release after.
SET LOCAL lock_timeout = '5s';

CREATE TABLE event_removals (
  event_id   uuid NOT NULL REFERENCES events ON DELETE CASCADE,
  wall_seq   bigint NOT NULL,
  kind       text NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 40),
  id         uuid NOT NULL,
  removed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (event_id, wall_seq)
);
ALTER TABLE event_removals ENABLE ROW LEVEL SECURITY;
COMMENT ON TABLE event_removals IS 'What is gone from an event''s feed lately, so that each node tells it where it stands among what is told. Written by a trigger, which also takes away what is older than an hour';
COMMENT ON COLUMN event_removals.event_id IS 'The event';
COMMENT ON COLUMN event_removals.wall_seq IS 'The number of the event''s feed under which it went';
COMMENT ON COLUMN event_removals.kind IS 'What it was; `member` for a person who left';
COMMENT ON COLUMN event_removals.id IS 'Which of its kind; no foreign key, since it is gone';
COMMENT ON COLUMN event_removals.removed_at IS 'When';
INSERT INTO podium.event_children (child, parent, link, blocks) VALUES ('event_removals', 'events', 'event_id', 'never');

-- Nothing for people. The service tells each session what concerns it.
GRANT SELECT ON event_removals TO podium_service;
CREATE POLICY service ON event_removals FOR SELECT TO podium_service USING (true);

-- From here on nobody changes a card or leaves, until the new triggers stand.
LOCK TABLE pods, pod_members, event_members IN ACCESS EXCLUSIVE MODE;
DROP TRIGGER card_changed ON pods;
DROP TRIGGER card_changed ON pod_members;
DROP TRIGGER member_gone ON event_members;
INSERT INTO event_removals (event_id, wall_seq, kind, id, removed_at)
SELECT event_id, wall_seq, 'member', user_id, at FROM event_departures;

CREATE CONSTRAINT TRIGGER feed_stamp AFTER UPDATE OF name, join_policy, closed_at ON pods
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (ROW(OLD.name, OLD.join_policy, OLD.closed_at) IS DISTINCT FROM ROW(NEW.name, NEW.join_policy, NEW.closed_at))
  EXECUTE FUNCTION podium.feed_stamp('pod');
-- A pod is opened by its first member's coming.
CREATE CONSTRAINT TRIGGER feed_stamp AFTER INSERT OR DELETE ON pod_members
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION podium.feed_stamp('pod', 'pod_id', 'pods');
CREATE CONSTRAINT TRIGGER feed_stamp AFTER DELETE ON event_members
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION podium.feed_stamp('member', 'user_id');

CREATE TRIGGER note_departure AFTER INSERT ON event_removals FOR EACH ROW WHEN (NEW.kind = 'member')
  EXECUTE FUNCTION podium.note_departure();
