-- What of an event is searched, folded once and stored, so that a search folds nothing. In a table of its own: a column of events
-- would be copied with each number of the feed, and filling it would lock every event and number a change of each.
--
-- The trigger fills it from here on, also for the version before this one. The next migration fills in what is there already.
SET LOCAL lock_timeout = '5s';

CREATE TABLE event_texts (
  event_id uuid PRIMARY KEY REFERENCES events ON DELETE CASCADE,
  folded   text NOT NULL
);
ALTER TABLE event_texts ENABLE ROW LEVEL SECURITY;
COMMENT ON TABLE event_texts IS 'What of each event is searched';
COMMENT ON COLUMN event_texts.event_id IS 'The event';
COMMENT ON COLUMN event_texts.folded IS
  'Artist, city and venue by `podium.sought`, each word with a space before it; a trigger keeps it';
-- Without a list of pending entries, which each search would have to read through.
CREATE INDEX idx_event_texts_folded ON event_texts USING gin (folded gin_trgm_ops) WITH (fastupdate = off);

INSERT INTO podium.event_children (child, parent, link, blocks, persons) VALUES ('event_texts', 'events', 'event_id', 'never', '{}');

-- Everybody may read events. They read these by a view: under row level security the planner may not look up how common words
-- are, since LIKE is not leakproof, and so cannot choose between the index of trigrams and that of dates. Nobody writes here but
-- the trigger.
CREATE VIEW podium.searchable AS SELECT event_id AS id, folded FROM event_texts;
COMMENT ON VIEW podium.searchable IS 'What of each event is searched, for everybody';
COMMENT ON COLUMN podium.searchable.id IS 'The event';
COMMENT ON COLUMN podium.searchable.folded IS 'Artist, city and venue, folded, each word with a space before it';
GRANT SELECT ON podium.searchable TO podium_user;

CREATE TRIGGER text_kept AFTER INSERT OR UPDATE OF artist, city, venue ON events
  FOR EACH ROW EXECUTE FUNCTION podium.event_text_keep();
