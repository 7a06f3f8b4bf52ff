-- A change of an event is an item of its own feed, so that its members see it without asking. `wall_seq` is the feed's counter,
-- so the number of the change has a column of its own. Any column counts as a change but those that the database keeps, so
-- that one which a later migration adds needs nothing more. The trigger's name sorts behind `touch`, which counts as a change
-- what leaves the counter alone.
SET LOCAL lock_timeout = '5s';

ALTER TABLE events ADD COLUMN changed_seq bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN events.changed_seq IS 'The number in its own feed under which what people see of the event last changed; 0 before the first change';

-- A number that is given out, which is what most updates do, is compared first and costs nothing more.
CREATE TRIGGER visible_change BEFORE UPDATE ON events FOR EACH ROW
  WHEN (OLD.wall_seq = NEW.wall_seq
        AND to_jsonb(OLD) - '{updated_at,twin}'::text[] IS DISTINCT FROM to_jsonb(NEW) - '{updated_at,twin}'::text[])
  EXECUTE FUNCTION podium.event_changed();
