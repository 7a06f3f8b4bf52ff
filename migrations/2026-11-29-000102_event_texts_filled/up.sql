-- Fills in the events that were there before the trigger. It locks no event against a change of anything but its id; what the trigger
-- has stored meanwhile is newer, and stays. podium.sought is never replaced, since an index is made of it.
SET LOCAL lock_timeout = '5s';
INSERT INTO event_texts (event_id, folded)
  SELECT id, ' ' || podium.sought(artist, city, venue) FROM events ON CONFLICT (event_id) DO NOTHING;
-- The planner chooses by how common words are.
ANALYZE event_texts;
