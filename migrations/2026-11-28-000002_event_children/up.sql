-- What hangs on an event goes with it: the keys cascade. What must outlive it (money, evidence, audit) is kept by RESTRICT.
-- Who deletes an event must not delete what is another's. So each table that leads to events by a foreign key, itself or by
-- another such table, declares here whose its rows are, and podium.event_delete asks all of them. A table of rows, not
-- comments, since a function reads it.
SET LOCAL lock_timeout = '5s';

CREATE TABLE podium.event_children (
  child     text PRIMARY KEY,
  parent    text NOT NULL,
  link      text NOT NULL,
  blocks    text NOT NULL CHECK (blocks IN ('others', 'always', 'never')),
  persons   text[] NOT NULL DEFAULT '{}' CHECK ((cardinality(persons) > 0) = (blocks = 'others')),
  lock_rank smallint
);
ALTER TABLE podium.event_children ENABLE ROW LEVEL SECURITY;
COMMENT ON TABLE podium.event_children IS 'The tables that hang on an event, and whose rows keep it from being deleted. Written by migrations, read by podium.event_delete';
COMMENT ON COLUMN podium.event_children.child IS 'The table, with its schema unless that is public';
COMMENT ON COLUMN podium.event_children.parent IS 'What it hangs on: `events`, or another table named here, whose key is `id`';
COMMENT ON COLUMN podium.event_children.link IS 'Its column that names the parent''s row';
COMMENT ON COLUMN podium.event_children.blocks IS '`others`: a row of anybody but the event''s maker keeps the event. `always`: any row does, and its foreign key is RESTRICT. `never`: its rows are nobody''s';
COMMENT ON COLUMN podium.event_children.persons IS 'With `others`, the columns that say whose a row is; one that is NULL names nobody';
COMMENT ON COLUMN podium.event_children.lock_rank IS 'For a table on which others hang: its place in the order of locks';

INSERT INTO podium.event_children (child, parent, link, blocks, persons, lock_rank) VALUES
  ('pods',             'events', 'event_id', 'others', '{created_by}', 60),
  ('event_members',    'events', 'event_id', 'others', '{user_id}', 70),
  ('media',            'events', 'event_id', 'others', '{owner_id}', NULL),
  ('posts',            'events', 'event_id', 'others', '{user_id}', NULL),
  ('memorabilia',      'events', 'event_id', 'others', '{user_id}', NULL),
  ('meet_points',      'events', 'event_id', 'others', '{created_by}', NULL),
  -- Who has left holds nothing of the event any more.
  ('event_departures', 'events', 'event_id', 'never', '{}', NULL),
  ('pod_members',      'pods',   'pod_id',   'others', '{user_id}', NULL),
  ('pod_flags',        'pods',   'pod_id',   'others', '{user_id}', NULL),
  -- The owner's word about a person is the owner's.
  ('pod_admissions',   'pods',   'pod_id',   'others', '{by}', NULL),
  ('messages',         'pods',   'pod_id',   'others', '{user_id}', NULL),
  ('message_ops',      'pods',   'pod_id',   'others', '{user_id}', NULL),
  ('invites',          'pods',   'pod_id',   'others', '{created_by}', NULL);

-- All at once and in the order in which transactions come to these tables, so that this waits for them before it holds any.
LOCK TABLE pods, pod_members, pod_admissions, messages, event_members, media, posts, memorabilia, meet_points, events
  IN ACCESS EXCLUSIVE MODE;

-- Not valid: that the rows fit is known from the keys before these, and is checked by the next migration, which does not
-- keep anybody from writing meanwhile.
ALTER TABLE pods DROP CONSTRAINT pods_event_id_fkey,
  ADD CONSTRAINT pods_event_id_fkey FOREIGN KEY (event_id) REFERENCES events ON DELETE CASCADE NOT VALID;
ALTER TABLE event_members DROP CONSTRAINT event_members_event_id_fkey,
  ADD CONSTRAINT event_members_event_id_fkey FOREIGN KEY (event_id) REFERENCES events ON DELETE CASCADE NOT VALID;
ALTER TABLE media DROP CONSTRAINT media_event_id_fkey,
  ADD CONSTRAINT media_event_id_fkey FOREIGN KEY (event_id) REFERENCES events ON DELETE CASCADE NOT VALID;
ALTER TABLE media DROP CONSTRAINT media_pod_id_fkey,
  ADD CONSTRAINT media_pod_id_fkey FOREIGN KEY (pod_id) REFERENCES pods ON DELETE CASCADE NOT VALID;
ALTER TABLE posts DROP CONSTRAINT posts_event_id_fkey,
  ADD CONSTRAINT posts_event_id_fkey FOREIGN KEY (event_id) REFERENCES events ON DELETE CASCADE NOT VALID;
ALTER TABLE memorabilia DROP CONSTRAINT memorabilia_event_id_fkey,
  ADD CONSTRAINT memorabilia_event_id_fkey FOREIGN KEY (event_id) REFERENCES events ON DELETE CASCADE NOT VALID;
ALTER TABLE meet_points DROP CONSTRAINT meet_points_event_id_fkey,
  ADD CONSTRAINT meet_points_event_id_fkey FOREIGN KEY (event_id) REFERENCES events ON DELETE CASCADE NOT VALID;
ALTER TABLE pod_members DROP CONSTRAINT pod_members_pod_id_seats_fkey,
  ADD CONSTRAINT pod_members_pod_id_seats_fkey FOREIGN KEY (pod_id, seats) REFERENCES pods (id, seats) ON DELETE CASCADE NOT VALID;
ALTER TABLE pod_admissions DROP CONSTRAINT pod_admissions_pod_id_fkey,
  ADD CONSTRAINT pod_admissions_pod_id_fkey FOREIGN KEY (pod_id) REFERENCES pods ON DELETE CASCADE NOT VALID;
ALTER TABLE messages DROP CONSTRAINT messages_pod_id_fkey,
  ADD CONSTRAINT messages_pod_id_fkey FOREIGN KEY (pod_id) REFERENCES pods ON DELETE CASCADE NOT VALID;
