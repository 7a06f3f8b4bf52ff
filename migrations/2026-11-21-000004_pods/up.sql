SET LOCAL lock_timeout = '5s';

-- Each commit of the journal updates its pods' last_seq: room on every page keeps these updates off the indexes (HOT).
CREATE TABLE pods (
  id          uuid PRIMARY KEY,
  event_id    uuid NOT NULL REFERENCES events,
  name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 80),
  kind        text NOT NULL DEFAULT 'crew' CHECK (char_length(kind) BETWEEN 1 AND 20),
  seats       smallint NOT NULL DEFAULT 5 CHECK (seats BETWEEN 1 AND 5),
  join_policy text NOT NULL DEFAULT 'open' CHECK (join_policy IN ('open', 'invite')),
  last_seq    bigint NOT NULL DEFAULT 0,
  created_by  uuid NOT NULL REFERENCES profiles,
  created_at  timestamptz NOT NULL DEFAULT now(),
  closed_at   timestamptz,
  UNIQUE (id, seats)
) WITH (fillfactor = 70);
ALTER TABLE pods ENABLE ROW LEVEL SECURITY;
CREATE INDEX idx_pods_event_id ON pods (event_id, created_at, id);
CREATE INDEX idx_pods_created_by ON pods (created_by);

COMMENT ON TABLE pods IS 'Crews inside an event, with a log each. Written by the functions of schema podium alone; closed, never deleted, while their messages'' ids must answer retries';
COMMENT ON COLUMN pods.id IS 'Made by the client that opened the pod, or UUIDv7';
COMMENT ON COLUMN pods.event_id IS 'The event whose members may join';
COMMENT ON COLUMN pods.name IS '1 to 80 characters';
COMMENT ON COLUMN pods.kind IS '`crew`; later kinds seat matched people';
COMMENT ON COLUMN pods.seats IS 'How many members it may have; fixed at birth';
COMMENT ON COLUMN pods.join_policy IS '`open` to the event''s members, or `invite`: only whom the owner admitted';
COMMENT ON COLUMN pods.last_seq IS 'The head: the highest seq of the log. Members read it through podium.head';
COMMENT ON COLUMN pods.created_by IS 'Its maker, who was its first owner';
COMMENT ON COLUMN pods.created_at IS 'When it was opened';
COMMENT ON COLUMN pods.closed_at IS 'When it was closed; a closed pod has no members';

CREATE TABLE pod_members (
  pod_id    uuid NOT NULL,
  user_id   uuid NOT NULL,
  event_id  uuid NOT NULL,
  role      text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'owner')),
  seat      smallint NOT NULL,
  seats     smallint NOT NULL DEFAULT 5,
  read_seq  bigint NOT NULL DEFAULT 0 CHECK (read_seq >= 0),
  since_seq bigint NOT NULL,
  joined_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (pod_id, user_id),
  UNIQUE (pod_id, seat),
  CHECK (seat BETWEEN 1 AND seats),
  -- Served by the primary key, as idx_pod_members_pod_id would be.
  FOREIGN KEY (pod_id, seats) REFERENCES pods (id, seats),
  -- The person and the event exist as long as this does, so neither needs a key of its own.
  FOREIGN KEY (event_id, user_id) REFERENCES event_members (event_id, user_id)
) WITH (fillfactor = 80);
ALTER TABLE pod_members ENABLE ROW LEVEL SECURITY;
-- idx_pod_members_pod_id and idx_pod_members_pod_user are the primary key.
CREATE INDEX idx_pod_members_user_id ON pod_members (user_id);
CREATE INDEX idx_pod_members_event_user ON pod_members (event_id, user_id);
CREATE UNIQUE INDEX idx_pod_members_one_owner ON pod_members (pod_id) WHERE role = 'owner';

COMMENT ON TABLE pod_members IS 'Who sits in a pod now. Written by the functions of schema podium alone, which write the log''s lines with it';
COMMENT ON COLUMN pod_members.pod_id IS 'The pod';
COMMENT ON COLUMN pod_members.user_id IS 'The member';
COMMENT ON COLUMN pod_members.event_id IS 'The pod''s event, of which one must be a member';
COMMENT ON COLUMN pod_members.role IS '`member`, or `owner`; a pod has one owner as long as it has members';
COMMENT ON COLUMN pod_members.seat IS 'The lowest that was free at the coming';
COMMENT ON COLUMN pod_members.seats IS 'The pod''s seats, held equal by a foreign key, so that the check on `seat` can read it';
COMMENT ON COLUMN pod_members.read_seq IS 'Up to where the member has read; never moves back';
COMMENT ON COLUMN pod_members.since_seq IS 'The seq of the member''s own `joined` line: what was before it stays hidden from them';
COMMENT ON COLUMN pod_members.joined_at IS 'When the member came, the time of the `joined` line';

CREATE TABLE pod_admissions (
  pod_id   uuid NOT NULL REFERENCES pods,
  user_id  uuid NOT NULL REFERENCES profiles,
  admitted boolean NOT NULL,
  by       uuid NOT NULL REFERENCES profiles,
  at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (pod_id, user_id)
);
ALTER TABLE pod_admissions ENABLE ROW LEVEL SECURITY;
CREATE INDEX idx_pod_admissions_user_id ON pod_admissions (user_id);
CREATE INDEX idx_pod_admissions_by ON pod_admissions (by);

COMMENT ON TABLE pod_admissions IS 'Whom a pod''s owner has let in or keeps out; the last word counts. Without a row the pod''s join_policy decides';
COMMENT ON COLUMN pod_admissions.pod_id IS 'The pod';
COMMENT ON COLUMN pod_admissions.user_id IS 'The person concerned';
COMMENT ON COLUMN pod_admissions.admitted IS 'True: may join, even where the pod is for the invited. False: was removed, and is barred';
COMMENT ON COLUMN pod_admissions.by IS 'The owner who decided';
COMMENT ON COLUMN pod_admissions.at IS 'When';
