-- From here on migrations hold tables and data. The text of every function stands in sql/functions, and
-- src/foundation/migrate/functions.rs applies what is newer than this table says. So that a migration's triggers, policies and
-- indexes may name a function that is new with it, functions that do not exist yet are made before the next migration runs.
SET LOCAL lock_timeout = '5s';

COMMENT ON SCHEMA podium IS 'Functions and views of Podium, and what it keeps about its own schema; its tables stand in public';

CREATE TABLE podium.functions (
  signature  text PRIMARY KEY,
  number     integer NOT NULL CHECK (number >= 1),
  hash       text,
  migrated   text,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE podium.functions ENABLE ROW LEVEL SECURITY;
COMMENT ON TABLE podium.functions IS 'Which text of each function is applied. A lower number is never applied over a higher one, so that an older node that restarts puts nothing back';
COMMENT ON COLUMN podium.functions.signature IS 'Its name and the types of its arguments, as regprocedure prints them';
COMMENT ON COLUMN podium.functions.number IS 'The number of the text in sql/functions';
COMMENT ON COLUMN podium.functions.hash IS 'SHA-256 of the text, in hexadecimal; NULL for one that a migration made';
COMMENT ON COLUMN podium.functions.migrated IS 'The definition by the migrations before this table, which its down.sql puts back; NULL for one that is newer';
COMMENT ON COLUMN podium.functions.applied_at IS 'When this text was applied';

-- What the migrations before this one made is the text numbered 1.
INSERT INTO podium.functions (signature, number, migrated)
SELECT oid::regprocedure::text, 1, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'podium'::regnamespace;
