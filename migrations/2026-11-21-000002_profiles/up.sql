SET LOCAL lock_timeout = '5s';

CREATE TABLE profiles (
  id           uuid PRIMARY KEY,
  display_name text NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 80),
  email        text CHECK (char_length(email) <= 254),
  avatar_url   text CHECK (char_length(avatar_url) <= 2048),
  ig_url       text CHECK (char_length(ig_url) <= 2048),
  reveal_ig    boolean NOT NULL DEFAULT false,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now(),
  deleted_at   timestamptz
);
ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
CREATE TRIGGER touch BEFORE UPDATE ON profiles FOR EACH ROW EXECUTE FUNCTION podium.touch();

COMMENT ON TABLE profiles IS 'People. A row is never deleted, since the logs name it: a person who goes leaves a tombstone';
COMMENT ON COLUMN profiles.id IS 'The `sub` of the person''s tokens';
COMMENT ON COLUMN profiles.display_name IS 'The name that others see, 1 to 80 characters';
COMMENT ON COLUMN profiles.email IS 'For the person alone; from the token or the account';
COMMENT ON COLUMN profiles.avatar_url IS 'Where the picture is';
COMMENT ON COLUMN profiles.ig_url IS 'The Instagram page; others see it only if `reveal_ig`';
COMMENT ON COLUMN profiles.reveal_ig IS 'Whether others may see `ig_url`';
COMMENT ON COLUMN profiles.created_at IS 'When the person was first seen';
COMMENT ON COLUMN profiles.updated_at IS 'When the row last changed; kept by a trigger';
COMMENT ON COLUMN profiles.deleted_at IS 'Since when this is a tombstone: the name is a placeholder and the rest is empty';
