-- Votes in polls and taps on hype. Neither is counted anywhere else: a tally that is stored would be one row that every
-- voter waits for. A ballot counts its own changes, so that the sum over a poll's ballots is a revision that only ascends.
SET LOCAL lock_timeout = '5s';

-- One row a person and poll. Who withdraws keeps it, with no option.
CREATE TABLE ballots (
  post_id    uuid NOT NULL REFERENCES posts ON DELETE CASCADE,
  user_id    uuid NOT NULL REFERENCES profiles,
  mask       integer NOT NULL CHECK (mask BETWEEN 0 AND 1023),
  changes    bigint NOT NULL DEFAULT 1 CHECK (changes > 0),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (post_id, user_id)
);
CREATE INDEX idx_ballots_user_id ON ballots (user_id);
COMMENT ON TABLE ballots IS 'Votes in polls';
COMMENT ON COLUMN ballots.post_id IS 'The poll';
COMMENT ON COLUMN ballots.user_id IS 'The voter';
COMMENT ON COLUMN ballots.mask IS 'The chosen options: bit 0 for the first one; 0 if the vote was withdrawn';
COMMENT ON COLUMN ballots.changes IS 'How often the ballot was changed, and 1. The sum over a poll is the revision of its tally';
COMMENT ON COLUMN ballots.created_at IS 'When the person voted first';
COMMENT ON COLUMN ballots.updated_at IS 'When the ballot was last changed';

-- One row a person and post, with the total of each of the person's devices.
CREATE TABLE hype_taps (
  post_id    uuid NOT NULL REFERENCES posts ON DELETE CASCADE,
  user_id    uuid NOT NULL REFERENCES profiles,
  sources    jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(sources) = 'object'),
  total      bigint NOT NULL DEFAULT 0 CHECK (total >= 0),
  allowance  double precision NOT NULL DEFAULT 40,
  allowed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (post_id, user_id)
);
CREATE INDEX idx_hype_taps_user_id ON hype_taps (user_id);
COMMENT ON TABLE hype_taps IS 'Taps on posts of the kind `hype`';
COMMENT ON COLUMN hype_taps.post_id IS 'The post';
COMMENT ON COLUMN hype_taps.user_id IS 'The person';
COMMENT ON COLUMN hype_taps.sources IS 'The accepted total of each of the person''s devices, by the name that the device gave itself';
COMMENT ON COLUMN hype_taps.total IS 'The sum of `sources`';
COMMENT ON COLUMN hype_taps.allowance IS 'How many more taps were allowed at `allowed_at`';
COMMENT ON COLUMN hype_taps.allowed_at IS 'When `allowance` was computed';

-- A vote is its voter's, and keeps the event. Posts are locked behind members, and before the event.
INSERT INTO podium.event_children (child, parent, link, blocks, persons) VALUES
  ('ballots',   'posts', 'post_id', 'others', '{user_id}'),
  ('hype_taps', 'posts', 'post_id', 'others', '{user_id}');
UPDATE podium.event_children SET lock_rank = 80 WHERE child = 'posts';

-- One's own rows alone, also for moderators. They are written by functions, which the writers of the service call.
ALTER TABLE ballots ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON ballots TO podium_user;
CREATE POLICY read ON ballots FOR SELECT TO podium_user USING (user_id = (SELECT podium.user_id()));
ALTER TABLE hype_taps ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON hype_taps TO podium_user;
CREATE POLICY read ON hype_taps FOR SELECT TO podium_user USING (user_id = (SELECT podium.user_id()));

-- The polls of an event whose tally may move.
CREATE INDEX idx_posts_event_id_open ON posts (event_id, created_at DESC, id DESC) WHERE kind = 'poll' AND closed_at IS NULL;
