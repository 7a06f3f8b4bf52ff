SET LOCAL lock_timeout = '5s';

CREATE TABLE events (
  id                uuid PRIMARY KEY DEFAULT podium.uuid_v7(),
  slug              text NOT NULL UNIQUE
                    CHECK (char_length(slug) <= 120 AND slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'
                           AND slug !~ '^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$'),
  artist            text NOT NULL CHECK (char_length(artist) BETWEEN 1 AND 200),
  city              text NOT NULL CHECK (char_length(city) BETWEEN 1 AND 200),
  venue             text NOT NULL CHECK (char_length(venue) BETWEEN 1 AND 200),
  date_utc          timestamptz NOT NULL,
  ends_at           timestamptz CHECK (ends_at >= date_utc),
  time_zone         text CHECK (char_length(time_zone) BETWEEN 1 AND 64),
  created_by        uuid NOT NULL REFERENCES profiles,
  meet_point_public boolean NOT NULL DEFAULT false,
  wall_seq          bigint NOT NULL DEFAULT 0,
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now(),
  cancelled_at      timestamptz
);
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
CREATE TRIGGER touch BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION podium.touch();

-- The list of events is in order of date, whatever it is filtered by; artist and city are compared without regard to case.
CREATE INDEX idx_events_date_utc ON events (date_utc, id);
CREATE INDEX idx_events_city ON events (lower(city), date_utc, id);
CREATE INDEX idx_events_artist ON events (lower(artist), date_utc, id);
CREATE INDEX idx_events_created_by ON events (created_by);

COMMENT ON TABLE events IS 'Concerts, festivals and other live events; the members of one form a community';
COMMENT ON COLUMN events.id IS 'Made by the client that created the event, or UUIDv7';
COMMENT ON COLUMN events.slug IS 'The name in addresses: small letters, digits and single hyphens; never looks like a UUID';
COMMENT ON COLUMN events.artist IS 'Who plays, 1 to 200 characters';
COMMENT ON COLUMN events.city IS 'Where, 1 to 200 characters';
COMMENT ON COLUMN events.venue IS 'The house or field, 1 to 200 characters';
COMMENT ON COLUMN events.date_utc IS 'When it starts';
COMMENT ON COLUMN events.ends_at IS 'When it ends, if known';
COMMENT ON COLUMN events.time_zone IS 'The IANA name of the zone in which the event''s times are told';
COMMENT ON COLUMN events.created_by IS 'Its maker, who may change and cancel it';
COMMENT ON COLUMN events.meet_point_public IS 'Whether the meet point may be read by those who are not members';
COMMENT ON COLUMN events.wall_seq IS 'The head of the event''s wall, as `pods.last_seq` is of a pod''s log';
COMMENT ON COLUMN events.created_at IS 'When the row was made';
COMMENT ON COLUMN events.updated_at IS 'When the row last changed; kept by a trigger';
COMMENT ON COLUMN events.cancelled_at IS 'When its maker called it off';

-- A check that reads its argument alone, so it may be immutable.
CREATE FUNCTION podium.badges_ok(_badges jsonb[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cardinality(_badges) <= 5 AND NOT EXISTS (
  SELECT 1 FROM unnest(_badges) b
  WHERE (jsonb_typeof(b) = 'object' AND jsonb_typeof(b -> 'key') = 'string' AND jsonb_typeof(b -> 'label') = 'string'
         AND jsonb_typeof(b -> 'emoji') = 'string' AND char_length(b ->> 'key') BETWEEN 1 AND 40
         AND char_length(b ->> 'label') <= 80 AND char_length(b ->> 'emoji') <= 16
         AND b - '{key,label,emoji}'::text[] = '{}'::jsonb) IS NOT TRUE);
COMMENT ON FUNCTION podium.badges_ok(jsonb[]) IS 'Whether these are at most five objects of exactly key, label and emoji';
REVOKE EXECUTE ON FUNCTION podium.badges_ok(jsonb[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION podium.badges_ok(jsonb[]) TO podium_user, podium_service;

CREATE TABLE event_members (
  event_id    uuid NOT NULL REFERENCES events,
  user_id     uuid NOT NULL REFERENCES profiles,
  vibe_badges jsonb[] NOT NULL DEFAULT '{}' CHECK (podium.badges_ok(vibe_badges)),
  hidden      boolean NOT NULL DEFAULT false,
  role        text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'host')),
  joined_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (event_id, user_id)
);
ALTER TABLE event_members ENABLE ROW LEVEL SECURITY;
-- The list of members pages in order of coming. idx_event_members_event_user is the primary key.
CREATE INDEX idx_event_members_event_id ON event_members (event_id, joined_at, user_id);
CREATE INDEX idx_event_members_user_id ON event_members (user_id);

COMMENT ON TABLE event_members IS 'Who belongs to an event''s community. Rows go only through podium.leave_event, which leaves the event''s pods first';
COMMENT ON COLUMN event_members.event_id IS 'The event';
COMMENT ON COLUMN event_members.user_id IS 'The member';
COMMENT ON COLUMN event_members.vibe_badges IS 'At most five `{key, label, emoji}`';
COMMENT ON COLUMN event_members.hidden IS 'Whether the member stays out of lists that others see';
COMMENT ON COLUMN event_members.role IS '`member`, or `host`: named by the event''s maker, may change the meet point';
COMMENT ON COLUMN event_members.joined_at IS 'When the person came';
