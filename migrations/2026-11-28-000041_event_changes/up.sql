-- A change of an event is an item of its own feed, so that its members see it without asking. `wall_seq` is the feed's counter,
-- so the number of the change has a column of its own. The trigger's name sorts behind `touch`, which counts as a change what
-- leaves the counter alone.
SET LOCAL lock_timeout = '5s';

ALTER TABLE events ADD COLUMN changed_seq bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN events.changed_seq IS 'The number in its own feed under which what people see of the event last changed; 0 before the first change';

CREATE TRIGGER visible_change BEFORE UPDATE ON events FOR EACH ROW
  WHEN (ROW(OLD.slug, OLD.artist, OLD.city, OLD.venue, OLD.date_utc, OLD.ends_at, OLD.time_zone, OLD.cancelled_at,
            OLD.meet_point_public)
        IS DISTINCT FROM
        ROW(NEW.slug, NEW.artist, NEW.city, NEW.venue, NEW.date_utc, NEW.ends_at, NEW.time_zone, NEW.cancelled_at,
            NEW.meet_point_public))
  EXECUTE FUNCTION podium.event_changed();
