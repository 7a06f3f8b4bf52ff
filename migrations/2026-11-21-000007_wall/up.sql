-- What lies around the pods. Later features fill these tables.
SET LOCAL lock_timeout = '5s';

CREATE TYPE media_kind AS ENUM ('image', 'video');
CREATE TYPE post_kind AS ENUM ('text', 'poll', 'hype');
CREATE TYPE report_target AS ENUM ('post', 'message', 'media', 'profile');
COMMENT ON TYPE media_kind IS 'What a medium is';
COMMENT ON TYPE post_kind IS 'What a post is';
COMMENT ON TYPE report_target IS 'What a report names';

CREATE TABLE media (
  id         uuid PRIMARY KEY DEFAULT podium.uuid_v7(),
  owner_id   uuid NOT NULL REFERENCES profiles,
  event_id   uuid NOT NULL REFERENCES events,
  pod_id     uuid REFERENCES pods,
  url        text NOT NULL CHECK (char_length(url) BETWEEN 1 AND 2048),
  kind       media_kind NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE media ENABLE ROW LEVEL SECURITY;
CREATE INDEX idx_media_event_id_created ON media (event_id, created_at DESC);
CREATE INDEX idx_media_pod_id_created ON media (pod_id, created_at DESC) WHERE pod_id IS NOT NULL;
CREATE INDEX idx_media_owner_id ON media (owner_id);
COMMENT ON TABLE media IS 'Photos and videos, shared with an event or with one pod';
COMMENT ON COLUMN media.id IS 'Made by the client that shared it, or UUIDv7';
COMMENT ON COLUMN media.owner_id IS 'Who shared it';
COMMENT ON COLUMN media.event_id IS 'The event';
COMMENT ON COLUMN media.pod_id IS 'The pod that alone sees it; NULL for the whole event';
COMMENT ON COLUMN media.url IS 'Where the file is';
COMMENT ON COLUMN media.kind IS '`image` or `video`';
COMMENT ON COLUMN media.created_at IS 'When it was shared';

CREATE TABLE posts (
  id         uuid PRIMARY KEY DEFAULT podium.uuid_v7(),
  event_id   uuid NOT NULL REFERENCES events,
  user_id    uuid NOT NULL REFERENCES profiles,
  kind       post_kind NOT NULL,
  body       jsonb NOT NULL CHECK (jsonb_typeof(body) = 'object' AND char_length(body::text) <= 20000),
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
CREATE INDEX idx_posts_event_id_created ON posts (event_id, created_at DESC);
CREATE INDEX idx_posts_user_id ON posts (user_id);
COMMENT ON TABLE posts IS 'An event''s wall';
COMMENT ON COLUMN posts.id IS 'Made by the client that posted, or UUIDv7';
COMMENT ON COLUMN posts.event_id IS 'The event';
COMMENT ON COLUMN posts.user_id IS 'Who posted';
COMMENT ON COLUMN posts.kind IS '`text`, `poll` or `hype`';
COMMENT ON COLUMN posts.body IS 'What the kind needs, an object';
COMMENT ON COLUMN posts.created_at IS 'When it was posted';

CREATE TABLE memorabilia (
  id            uuid PRIMARY KEY DEFAULT podium.uuid_v7(),
  event_id      uuid NOT NULL REFERENCES events,
  user_id       uuid NOT NULL REFERENCES profiles,
  opener_guess  text CHECK (char_length(opener_guess) <= 200),
  peak_moment   text CHECK (char_length(peak_moment) <= 2000),
  song_of_night text CHECK (char_length(song_of_night) <= 200),
  crowd_energy  smallint CHECK (crowd_energy BETWEEN 0 AND 10),
  notes         text CHECK (char_length(notes) <= 10000),
  created_at    timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE memorabilia ENABLE ROW LEVEL SECURITY;
CREATE INDEX idx_memorabilia_event_id ON memorabilia (event_id);
CREATE INDEX idx_memorabilia_user_id ON memorabilia (user_id, created_at DESC);
COMMENT ON TABLE memorabilia IS 'What a person keeps of an event, for themself alone';
COMMENT ON COLUMN memorabilia.id IS 'Made by the client, or UUIDv7';
COMMENT ON COLUMN memorabilia.event_id IS 'The event';
COMMENT ON COLUMN memorabilia.user_id IS 'Whose it is';
COMMENT ON COLUMN memorabilia.opener_guess IS 'The song they thought would open';
COMMENT ON COLUMN memorabilia.peak_moment IS 'The best moment';
COMMENT ON COLUMN memorabilia.song_of_night IS 'The song of the night';
COMMENT ON COLUMN memorabilia.crowd_energy IS 'From 0 to 10';
COMMENT ON COLUMN memorabilia.notes IS 'Anything else';
COMMENT ON COLUMN memorabilia.created_at IS 'When it was written';

CREATE TABLE meet_points (
  event_id    uuid PRIMARY KEY REFERENCES events,
  title       text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
  description text CHECK (char_length(description) <= 2000),
  when_local  timestamp,
  created_by  uuid NOT NULL REFERENCES profiles,
  updated_at  timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE meet_points ENABLE ROW LEVEL SECURITY;
CREATE TRIGGER touch BEFORE UPDATE ON meet_points FOR EACH ROW EXECUTE FUNCTION podium.touch();
CREATE INDEX idx_meet_points_created_by ON meet_points (created_by);
COMMENT ON TABLE meet_points IS 'Where an event''s community meets';
COMMENT ON COLUMN meet_points.event_id IS 'The event';
COMMENT ON COLUMN meet_points.title IS '1 to 200 characters';
COMMENT ON COLUMN meet_points.description IS 'How to find it';
COMMENT ON COLUMN meet_points.when_local IS 'The time on the clocks there, in the event''s `time_zone`; the one time that is not in UTC, since it must not shift when the zone''s rules do';
COMMENT ON COLUMN meet_points.created_by IS 'Who named it';
COMMENT ON COLUMN meet_points.updated_at IS 'When the row last changed; kept by a trigger';

CREATE TABLE reports (
  id          uuid PRIMARY KEY DEFAULT podium.uuid_v7(),
  reporter    uuid NOT NULL REFERENCES profiles,
  target_type report_target NOT NULL,
  target_id   uuid NOT NULL,
  pod_id      uuid,
  reason      text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 2000),
  created_at  timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz,
  resolved_by uuid REFERENCES profiles,
  resolution  text CHECK (char_length(resolution) <= 2000)
);
ALTER TABLE reports ENABLE ROW LEVEL SECURITY;
CREATE INDEX idx_reports_reporter ON reports (reporter);
CREATE INDEX idx_reports_target ON reports (target_type, target_id);
CREATE INDEX idx_reports_open ON reports (created_at, id) WHERE resolved_at IS NULL;
CREATE INDEX idx_reports_resolved_by ON reports (resolved_by) WHERE resolved_by IS NOT NULL;
COMMENT ON TABLE reports IS 'What people bring before the moderators. A report opens what it names, and nothing else, to them';
COMMENT ON COLUMN reports.id IS 'Made by the client that filed it, or UUIDv7';
COMMENT ON COLUMN reports.reporter IS 'Who filed it';
COMMENT ON COLUMN reports.target_type IS '`post`, `message`, `media` or `profile`';
COMMENT ON COLUMN reports.target_id IS 'The id of what it names; no foreign key, since a report outlives it';
COMMENT ON COLUMN reports.pod_id IS 'The pod of a reported message, whose id counts within its pod; set by a trigger to one that the reporter may read';
COMMENT ON COLUMN reports.reason IS 'In the reporter''s words';
COMMENT ON COLUMN reports.created_at IS 'When it was filed';
COMMENT ON COLUMN reports.resolved_at IS 'When a moderator closed it; it opens nothing any more';
COMMENT ON COLUMN reports.resolved_by IS 'Which moderator';
COMMENT ON COLUMN reports.resolution IS 'What was done about it';

CREATE FUNCTION podium.event_delete(_event uuid, _by uuid)
RETURNS SETOF podium.change
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  maker uuid;
  held uuid[];
BEGIN
  PERFORM podium.guard(_by);
  SELECT coalesce(array_agg(id), '{}') INTO held
  FROM (SELECT id FROM pods WHERE event_id = _event ORDER BY id FOR UPDATE) locked;
  PERFORM 1 FROM event_members WHERE event_id = _event AND user_id = _by FOR UPDATE;
  -- Nobody joins, and no pod is opened, while this is held: both take a key share of the event.
  SELECT created_by INTO maker FROM events WHERE id = _event FOR UPDATE;
  IF maker IS NULL THEN
    RETURN QUERY SELECT * FROM podium.outcome('not_found', NULL);
    RETURN;
  ELSIF maker <> _by THEN
    RETURN QUERY SELECT * FROM podium.outcome('forbidden', NULL);
    RETURN;
  ELSIF EXISTS (SELECT 1 FROM pods WHERE event_id = _event AND id <> ALL (held)) THEN
    RAISE EXCEPTION 'another pod was opened meanwhile' USING ERRCODE = '40001';
  ELSIF EXISTS (SELECT 1 FROM event_members WHERE event_id = _event AND user_id <> _by)
     OR EXISTS (SELECT 1 FROM messages WHERE pod_id = ANY (held) AND user_id <> _by)
     OR EXISTS (SELECT 1 FROM media WHERE event_id = _event AND owner_id <> _by)
     OR EXISTS (SELECT 1 FROM posts WHERE event_id = _event AND user_id <> _by)
     OR EXISTS (SELECT 1 FROM memorabilia WHERE event_id = _event AND user_id <> _by)
     OR EXISTS (SELECT 1 FROM meet_points WHERE event_id = _event AND created_by <> _by) THEN
    RETURN QUERY SELECT * FROM podium.outcome('conflict', NULL);
    RETURN;
  END IF;
  DELETE FROM messages WHERE pod_id = ANY (held);
  DELETE FROM media WHERE event_id = _event;
  DELETE FROM posts WHERE event_id = _event;
  DELETE FROM memorabilia WHERE event_id = _event;
  DELETE FROM meet_points WHERE event_id = _event;
  DELETE FROM pod_admissions WHERE pod_id = ANY (held);
  DELETE FROM pod_members WHERE pod_id = ANY (held);
  DELETE FROM pods WHERE id = ANY (held);
  DELETE FROM event_members WHERE event_id = _event;
  DELETE FROM events WHERE id = _event;
  IF held = '{}' THEN
    RETURN QUERY SELECT * FROM podium.outcome('ok', NULL);
  ELSE
    RETURN QUERY SELECT o.* FROM unnest(held) pod, podium.outcome('ok', pod) o ORDER BY o.pod_id;
  END IF;
END $$;
COMMENT ON FUNCTION podium.event_delete(uuid, uuid) IS
  'The maker deletes an event that holds nothing of anybody else''s: ok with a row for each pod that is gone (pod_id; NULL if there was none), conflict once others have joined, written or shared, forbidden, not_found; SQLSTATE 40001 when a pod was opened meanwhile: ask again';

REVOKE EXECUTE ON FUNCTION podium.event_delete(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION podium.event_delete(uuid, uuid) TO podium_user, podium_service;
