-- People's own accounts: a password, and the devices that are signed in. Beside them, tokens of an outside issuer go on
-- as they are; a profile need not have an account.
--
-- No role reads these tables, podium_service included: everything goes through the functions below, which give out no
-- more than the next step needs, and of which only those that guard their caller are open to podium_user.
SET LOCAL lock_timeout = '5s';

CREATE TABLE accounts (
  user_id             uuid PRIMARY KEY REFERENCES profiles,
  email               text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
  -- A key of its own and not lower(email): what Postgres's lower() does depends on the database's locale.
  email_key           text NOT NULL UNIQUE CHECK (octet_length(email_key) BETWEEN 3 AND 1024),
  password_hash       text NOT NULL CHECK (char_length(password_hash) BETWEEN 1 AND 255),
  role                text CHECK (role IN ('moderator')),
  verified_at         timestamptz,
  password_changed_at timestamptz NOT NULL DEFAULT now(),
  created_at          timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE accounts IS 'People who sign in with a password of their own. Gone as soon as the profile is a tombstone';
COMMENT ON COLUMN accounts.user_id IS 'The profile';
COMMENT ON COLUMN accounts.email IS 'Where mails go: as it was written, in NFC, the domain in its ASCII form';
COMMENT ON COLUMN accounts.email_key IS 'By what the account is found: `email` in small letters, made by the program';
COMMENT ON COLUMN accounts.password_hash IS 'argon2id in PHC form';
COMMENT ON COLUMN accounts.role IS '`moderator`, or nothing; goes into the access tokens. Set by `podium role` alone';
COMMENT ON COLUMN accounts.verified_at IS 'When somebody first followed a link that was mailed there';
COMMENT ON COLUMN accounts.password_changed_at IS 'When the password was last chosen';
COMMENT ON COLUMN accounts.created_at IS 'When it was opened';

CREATE TABLE sign_ins (
  id           uuid PRIMARY KEY,
  user_id      uuid NOT NULL REFERENCES profiles,
  user_agent   text CHECK (char_length(user_agent) <= 300),
  address      text CHECK (char_length(address) <= 64),
  created_at   timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  paid_until   timestamptz NOT NULL DEFAULT now(),
  ended_at     timestamptz
);
ALTER TABLE sign_ins ENABLE ROW LEVEL SECURITY;
CREATE INDEX idx_sign_ins_user_id ON sign_ins (user_id);
CREATE INDEX idx_sign_ins_ended_at ON sign_ins (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX idx_sign_ins_expires_at ON sign_ins (expires_at);

COMMENT ON TABLE sign_ins IS 'Devices that are signed in to an account: each is one family of refresh tokens. Ended ones stay for a day, so that every node learns of it';
COMMENT ON COLUMN sign_ins.id IS 'The `sid` of its access tokens';
COMMENT ON COLUMN sign_ins.user_id IS 'Who signed in';
COMMENT ON COLUMN sign_ins.user_agent IS 'What the device last said it was, at most 300 characters';
COMMENT ON COLUMN sign_ins.address IS 'From where it was last used';
COMMENT ON COLUMN sign_ins.created_at IS 'When it signed in';
COMMENT ON COLUMN sign_ins.last_used_at IS 'When it last renewed its tokens';
COMMENT ON COLUMN sign_ins.expires_at IS 'When it ends unless it is used before';
COMMENT ON COLUMN sign_ins.paid_until IS 'Each renewal adds ten seconds; what lies more than ten minutes ahead is too often';
COMMENT ON COLUMN sign_ins.ended_at IS 'Since when none of its tokens is good any more';

CREATE TABLE refresh_tokens (
  hash       bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
  sign_in_id uuid NOT NULL REFERENCES sign_ins ON DELETE CASCADE,
  issued_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  used_at    timestamptz,
  successor  bytea CHECK ((successor IS NULL) = (used_at IS NULL))
);
ALTER TABLE refresh_tokens ENABLE ROW LEVEL SECURITY;
CREATE INDEX idx_refresh_tokens_sign_in_id ON refresh_tokens (sign_in_id);
CREATE INDEX idx_refresh_tokens_used_at ON refresh_tokens (used_at) WHERE used_at IS NOT NULL;
-- A family is a chain: whatever races, it has one token that is still to be used.
CREATE UNIQUE INDEX idx_refresh_tokens_one_unused ON refresh_tokens (sign_in_id) WHERE used_at IS NULL;

COMMENT ON TABLE refresh_tokens IS 'Refresh tokens by their hash, the used ones too: one that comes back tells of a thief';
COMMENT ON COLUMN refresh_tokens.hash IS 'SHA-256 of the token';
COMMENT ON COLUMN refresh_tokens.sign_in_id IS 'The family';
COMMENT ON COLUMN refresh_tokens.issued_at IS 'When it was given out';
COMMENT ON COLUMN refresh_tokens.used_at IS 'When it was first exchanged for the next one';
COMMENT ON COLUMN refresh_tokens.successor IS 'The hash of that next one';

CREATE TABLE mail_tokens (
  hash       bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
  user_id    uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
  purpose    text NOT NULL CHECK (purpose IN ('verify', 'reset')),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
ALTER TABLE mail_tokens ENABLE ROW LEVEL SECURITY;
CREATE INDEX idx_mail_tokens_user_id ON mail_tokens (user_id, purpose, created_at);
CREATE INDEX idx_mail_tokens_expires_at ON mail_tokens (expires_at);

COMMENT ON TABLE mail_tokens IS 'What was mailed to an account''s address, by its hash; a row goes when its token is used';
COMMENT ON COLUMN mail_tokens.hash IS 'SHA-256 of the token in the link';
COMMENT ON COLUMN mail_tokens.user_id IS 'Whose address';
COMMENT ON COLUMN mail_tokens.purpose IS '`verify` confirms the address, `reset` chooses a new password';
COMMENT ON COLUMN mail_tokens.created_at IS 'When it was mailed';
COMMENT ON COLUMN mail_tokens.expires_at IS 'Until when it may be used';

-- Who writes both takes accounts before sign_ins.

CREATE FUNCTION podium.account_find(_key text) RETURNS TABLE (user_id uuid, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT a.user_id, a.password_hash FROM accounts a WHERE a.email_key = _key;
$$;
COMMENT ON FUNCTION podium.account_find(text) IS 'Whose account it is, and against what a password is checked';

CREATE FUNCTION podium.account_open(_user uuid, _email text, _key text, _password_hash text, _name text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_user);
  IF EXISTS (SELECT 1 FROM accounts WHERE email_key = _key) THEN
    RETURN false;
  END IF;
  INSERT INTO profiles (id, display_name, email) VALUES (_user, _name, _email);
  INSERT INTO accounts (user_id, email, email_key, password_hash) VALUES (_user, _email, _key, _password_hash);
  RETURN true;
EXCEPTION WHEN unique_violation THEN
  -- Somebody took the address at the same moment; the profile goes back with this block.
  RETURN false;
END $$;
COMMENT ON FUNCTION podium.account_open(uuid, text, text, text, text) IS 'Makes a profile and its account; false when the address has one';

CREATE FUNCTION podium.sign_in_open(_id uuid, _user uuid, _password_hash text, _rehash text, _token bytea,
  _lifetime interval, _user_agent text, _address text)
RETURNS TABLE (role text, verified boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  found_account accounts;
  most constant int := 100;
BEGIN
  PERFORM podium.guard(_user);
  -- The password was checked a moment ago: it must still be the one, or a reset would leave the old one's bearer signed in.
  SELECT a.* INTO found_account FROM accounts a WHERE a.user_id = _user AND a.password_hash = _password_hash FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF _rehash IS NOT NULL THEN
    UPDATE accounts SET password_hash = _rehash WHERE user_id = _user;
  END IF;
  INSERT INTO sign_ins (id, user_id, user_agent, address, expires_at)
    VALUES (_id, _user, _user_agent, _address, now() + _lifetime);
  INSERT INTO refresh_tokens (hash, sign_in_id) VALUES (_token, _id);
  UPDATE sign_ins SET ended_at = now() WHERE id IN (
    SELECT s.id FROM sign_ins s WHERE s.user_id = _user AND s.ended_at IS NULL AND s.id <> _id
    ORDER BY s.last_used_at DESC, s.id DESC OFFSET most - 1);
  RETURN QUERY SELECT found_account.role, found_account.verified_at IS NOT NULL;
END $$;
COMMENT ON FUNCTION podium.sign_in_open(uuid, uuid, text, text, bytea, interval, text, text) IS
  'Signs a device in, if the password is still the one that was checked. Beyond 100 devices the one that was used least recently is signed out';

-- Reading the hash first only finds the family; what counts is read again under its lock.
CREATE FUNCTION podium.refresh(_token bytea, _successor bytea, _lifetime interval, _grace interval, _user_agent text, _address text)
RETURNS TABLE (code text, sign_in_id uuid, user_id uuid, role text, verified boolean, wait_seconds double precision)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  family sign_ins;
  token refresh_tokens;
  account accounts;
  moment timestamptz;
  pace constant interval := '10 seconds';
  ahead constant interval := '10 minutes';
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  SELECT s.* INTO family FROM sign_ins s JOIN refresh_tokens t ON t.sign_in_id = s.id WHERE t.hash = _token
    FOR NO KEY UPDATE OF s;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'unknown', NULL::uuid, NULL::uuid, NULL, false, 0::double precision;
    RETURN;
  END IF;
  SELECT s.* INTO family FROM sign_ins s WHERE s.id = family.id;
  SELECT t.* INTO token FROM refresh_tokens t WHERE t.hash = _token;
  SELECT a.* INTO account FROM accounts a WHERE a.user_id = family.user_id;
  moment := clock_timestamp();
  sign_in_id := family.id; user_id := family.user_id; role := account.role; verified := account.verified_at IS NOT NULL;
  wait_seconds := 0;
  IF token.hash IS NULL OR account.user_id IS NULL OR family.ended_at IS NOT NULL OR family.expires_at <= moment THEN
    code := 'ended';
  ELSIF token.used_at IS NULL AND family.paid_until > moment + ahead THEN
    code := 'too_often';
    wait_seconds := extract(epoch FROM family.paid_until - moment - ahead);
  ELSIF token.used_at IS NULL THEN
    code := 'ok';
    UPDATE refresh_tokens SET used_at = moment, successor = _successor WHERE hash = _token;
    INSERT INTO refresh_tokens (hash, sign_in_id, issued_at) VALUES (_successor, family.id, moment);
    UPDATE sign_ins SET last_used_at = moment, expires_at = moment + _lifetime, paid_until = greatest(paid_until, moment) + pace,
      user_agent = _user_agent, address = _address WHERE id = family.id;
  ELSIF token.used_at > moment - _grace
        AND EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.hash = token.successor AND t.used_at IS NULL) THEN
    code := 'ok';
    -- The same successor as before, unless the secret that it is made with was changed in between.
    IF token.successor <> _successor THEN
      UPDATE refresh_tokens SET hash = _successor WHERE hash = token.successor;
      UPDATE refresh_tokens SET successor = _successor WHERE hash = _token;
    END IF;
  ELSE
    code := 'reused';
    UPDATE sign_ins SET ended_at = moment WHERE id = family.id;
  END IF;
  RETURN NEXT;
END $$;
COMMENT ON FUNCTION podium.refresh(bytea, bytea, interval, interval, text, text) IS
  'Exchanges a refresh token for its successor. Within the grace the same token gets the same successor, as long as that was not used; after that it ends the family';

CREATE FUNCTION podium.sign_out(_token bytea) RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  RETURN QUERY UPDATE sign_ins s SET ended_at = clock_timestamp() FROM refresh_tokens t
    WHERE t.hash = _token AND s.id = t.sign_in_id AND s.ended_at IS NULL RETURNING s.id;
END $$;
COMMENT ON FUNCTION podium.sign_out(bytea) IS 'Ends the family of a refresh token; gives its id if it had not ended before';

CREATE FUNCTION podium.sign_ins_of(_user uuid)
RETURNS TABLE (id uuid, created_at timestamptz, last_used_at timestamptz, user_agent text, address text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_user);
  RETURN QUERY SELECT s.id, s.created_at, s.last_used_at, s.user_agent, s.address FROM sign_ins s
    WHERE s.user_id = _user AND s.ended_at IS NULL AND s.expires_at > clock_timestamp() ORDER BY s.last_used_at DESC, s.id DESC;
END $$;
COMMENT ON FUNCTION podium.sign_ins_of(uuid) IS 'The devices that are signed in, the one last used first';

CREATE FUNCTION podium.sign_in_end(_user uuid, _id uuid) RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(_user);
  RETURN QUERY UPDATE sign_ins s SET ended_at = clock_timestamp()
    WHERE s.id = _id AND s.user_id = _user AND s.ended_at IS NULL AND s.expires_at > clock_timestamp() RETURNING s.id;
END $$;
COMMENT ON FUNCTION podium.sign_in_end(uuid, uuid) IS 'Signs a device out; gives its id if it was signed in';

CREATE FUNCTION podium.sign_ins_ended(_within interval) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT id FROM sign_ins WHERE ended_at > clock_timestamp() - _within;
$$;
COMMENT ON FUNCTION podium.sign_ins_ended(interval) IS 'What ended lately, by whichever node: the nodes ask again and again';

CREATE FUNCTION podium.mail_token_open(_user uuid, _key text, _purpose text, _hash bytea, _lifetime interval) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  account accounts;
  most constant int := 3;
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  SELECT a.* INTO account FROM accounts a WHERE (a.user_id = _user OR a.email_key = _key)
    AND (_purpose <> 'verify' OR a.verified_at IS NULL) FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  INSERT INTO mail_tokens (hash, user_id, purpose, expires_at) VALUES (_hash, account.user_id, _purpose, now() + _lifetime);
  -- Several, since mails overtake each other; not many, since each is a key.
  DELETE FROM mail_tokens WHERE hash IN (
    SELECT m.hash FROM mail_tokens m WHERE m.user_id = account.user_id AND m.purpose = _purpose AND m.hash <> _hash
    ORDER BY m.created_at DESC OFFSET most - 1);
  RETURN NEXT account.email;
END $$;
COMMENT ON FUNCTION podium.mail_token_open(uuid, text, text, bytea, interval) IS
  'Keeps a token that is about to be mailed, and gives the address; nothing when there is no such account, or nothing to verify. The newest three of a purpose are good';

CREATE FUNCTION podium.account_verify(_hash bytea) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  whose uuid;
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  DELETE FROM mail_tokens WHERE hash = _hash AND purpose = 'verify' AND expires_at > clock_timestamp() RETURNING user_id INTO whose;
  UPDATE accounts SET verified_at = coalesce(verified_at, clock_timestamp()) WHERE user_id = whose;
  RETURN whose IS NOT NULL;
END $$;
COMMENT ON FUNCTION podium.account_verify(bytea) IS 'Confirms an address by the token that was mailed there, once; false when it is none that is good';

CREATE FUNCTION podium.reset_is_open(_hash bytea) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM mail_tokens WHERE hash = _hash AND purpose = 'reset' AND expires_at > clock_timestamp());
$$;
COMMENT ON FUNCTION podium.reset_is_open(bytea) IS 'Whether it is worth hashing a new password for this token';

CREATE FUNCTION podium.account_reset(_hash bytea, _password_hash text) RETURNS TABLE (user_id uuid, ended uuid[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  SELECT m.user_id INTO user_id FROM mail_tokens m
    WHERE m.hash = _hash AND m.purpose = 'reset' AND m.expires_at > clock_timestamp();
  -- The account first, as everywhere; then the token again, which somebody may have used meanwhile.
  PERFORM 1 FROM accounts a WHERE a.user_id = account_reset.user_id FOR NO KEY UPDATE;
  DELETE FROM mail_tokens WHERE hash = _hash AND purpose = 'reset' AND expires_at > clock_timestamp();
  IF NOT FOUND THEN
    RETURN;
  END IF;
  -- Whoever follows the link reads the address's mails, and older links must not undo what they chose.
  UPDATE accounts a SET password_hash = _password_hash, password_changed_at = clock_timestamp(),
    verified_at = coalesce(a.verified_at, clock_timestamp()) WHERE a.user_id = account_reset.user_id;
  DELETE FROM mail_tokens m WHERE m.user_id = account_reset.user_id AND m.purpose = 'reset';
  WITH gone AS (
    UPDATE sign_ins s SET ended_at = clock_timestamp() WHERE s.user_id = account_reset.user_id AND s.ended_at IS NULL RETURNING s.id)
  SELECT coalesce(array_agg(g.id), '{}') INTO ended FROM gone g;
  RETURN NEXT;
END $$;
COMMENT ON FUNCTION podium.account_reset(bytea, text) IS 'Chooses a new password by the token that was mailed, once, and signs every device out';

CREATE FUNCTION podium.account_role(_key text, _role text) RETURNS TABLE (user_id uuid, verified boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  account accounts;
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  SELECT a.* INTO account FROM accounts a WHERE a.email_key = _key FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  UPDATE accounts a SET role = _role WHERE a.user_id = account.user_id;
  -- Tokens that still carry the role must not outlive it.
  IF account.role IS NOT NULL AND account.role IS DISTINCT FROM _role THEN
    UPDATE sign_ins s SET ended_at = clock_timestamp() WHERE s.user_id = account.user_id AND s.ended_at IS NULL;
  END IF;
  RETURN QUERY SELECT account.user_id, account.verified_at IS NOT NULL;
END $$;
COMMENT ON FUNCTION podium.account_role(text, text) IS
  'Gives an account a role or takes it away, which signs its devices out; nothing when there is none. For the tables'' owner alone';

CREATE FUNCTION podium.accounts_tidy(_spent interval) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM podium.guard(VARIADIC '{}');
  DELETE FROM sign_ins WHERE ended_at < clock_timestamp() - interval '1 day' OR expires_at < clock_timestamp() - interval '1 day';
  DELETE FROM refresh_tokens WHERE used_at < clock_timestamp() - _spent;
  DELETE FROM mail_tokens WHERE expires_at < clock_timestamp();
END $$;
COMMENT ON FUNCTION podium.accounts_tidy(interval) IS 'Takes away what nobody needs any more; used refresh tokens after the time that is given';

CREATE FUNCTION podium.forget_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  DELETE FROM accounts WHERE user_id = NEW.id;
  UPDATE sign_ins SET ended_at = clock_timestamp() WHERE user_id = NEW.id AND ended_at IS NULL;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION podium.forget_account() IS 'Trigger: a profile that becomes a tombstone loses its account, and is signed out everywhere';
CREATE TRIGGER forget_account AFTER UPDATE OF deleted_at ON profiles FOR EACH ROW
  WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION podium.forget_account();

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA podium FROM PUBLIC;
GRANT EXECUTE ON FUNCTION podium.account_find(text), podium.account_open(uuid, text, text, text, text),
  podium.sign_in_open(uuid, uuid, text, text, bytea, interval, text, text),
  podium.refresh(bytea, bytea, interval, interval, text, text), podium.sign_out(bytea), podium.sign_ins_ended(interval),
  podium.mail_token_open(uuid, text, text, bytea, interval), podium.account_verify(bytea), podium.reset_is_open(bytea),
  podium.account_reset(bytea, text), podium.accounts_tidy(interval)
  TO podium_service;
-- One's own devices, on one's own behalf: these ask the guard who calls.
GRANT EXECUTE ON FUNCTION podium.sign_ins_of(uuid), podium.sign_in_end(uuid, uuid) TO podium_user;
