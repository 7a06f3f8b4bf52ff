SET LOCAL lock_timeout = '5s';

DROP TRIGGER visible_change ON events;
ALTER TABLE events DROP COLUMN changed_seq;
