-- What an event's topic tells has an order: whatever changes a pod's card (it is opened, renamed, open to others than before,
-- closed; a seat is taken or left), and whoever leaves the event, takes the next number of `events.wall_seq` at the end of
-- its transaction, and is stamped with it. So "what has changed since n" is a range of an index, exact, whatever the bus lost.
--
-- Deferred triggers do it, so that no way of changing a pod can forget it, and so that the event's row, which is the last
-- in the order of locks (pods by id, event_members, profiles, events by id), is held for no longer than the commit takes. Who
-- leaves several events in one transaction does so in order of their ids, since the triggers fire in that order.
SET LOCAL lock_timeout = '5s';

-- Pods that are there already have been opened before everything: their numbers are 0. Those to come have none at first.
ALTER TABLE pods ADD COLUMN wall_seq bigint NOT NULL DEFAULT 0, ADD COLUMN wall_from bigint DEFAULT 0;
ALTER TABLE pods ALTER COLUMN wall_from DROP DEFAULT;
CREATE INDEX idx_pods_wall ON pods (event_id, wall_seq);
COMMENT ON COLUMN pods.wall_seq IS 'The number of the event''s wall under which what the event''s members see of the pod last changed';
COMMENT ON COLUMN pods.wall_from IS 'The number under which it was opened; NULL inside the transaction that opens it';

-- The journal's messages do not touch an event, but these numbers do: room on every page keeps them off the indexes (HOT).
ALTER TABLE events SET (fillfactor = 70);
COMMENT ON COLUMN events.wall_seq IS 'The head of the event''s wall, as `pods.last_seq` is of a pod''s log: each change that the event''s topic tells takes the next number';

-- A number given out is no change of the event itself.
CREATE OR REPLACE TRIGGER touch BEFORE UPDATE ON events FOR EACH ROW WHEN (OLD.wall_seq = NEW.wall_seq)
  EXECUTE FUNCTION podium.touch();

CREATE TABLE event_departures (
  event_id uuid NOT NULL REFERENCES events ON DELETE CASCADE,
  wall_seq bigint NOT NULL,
  user_id  uuid NOT NULL,
  at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (event_id, wall_seq)
);
ALTER TABLE event_departures ENABLE ROW LEVEL SECURITY;
COMMENT ON TABLE event_departures IS 'Who left an event lately, so that their sessions on every node end where that stands among what is told. Written by a trigger, which also takes away what is older than an hour';
COMMENT ON COLUMN event_departures.event_id IS 'The event';
COMMENT ON COLUMN event_departures.wall_seq IS 'The number of the event''s wall under which they left';
COMMENT ON COLUMN event_departures.user_id IS 'Who; no foreign key, since it says nothing about the profile';
COMMENT ON COLUMN event_departures.at IS 'When';

CREATE FUNCTION podium.wall_step(_event uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  n bigint;
BEGIN
  UPDATE events SET wall_seq = wall_seq + 1 WHERE id = _event RETURNING wall_seq INTO n;
  RETURN n;
END $$;
COMMENT ON FUNCTION podium.wall_step(uuid) IS 'The next number of an event''s wall; NULL when the event is gone. Its row stays locked until the commit';

CREATE FUNCTION podium.card_changed() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  pod uuid;
  event uuid;
  mark text;
  n bigint;
BEGIN
  IF TG_TABLE_NAME = 'pods' THEN
    pod := NEW.id; event := NEW.event_id;
  ELSIF TG_OP = 'DELETE' THEN
    pod := OLD.pod_id; event := OLD.event_id;
  ELSE
    pod := NEW.pod_id; event := NEW.event_id;
  END IF;
  -- All of a transaction's changes are there when the first of these fires: five members of a pod that closes are one change.
  mark := pg_current_xact_id()::text || ':' || pod::text;
  IF current_setting('podium.card', true) IS NOT DISTINCT FROM mark THEN
    RETURN NULL;
  END IF;
  n := podium.wall_step(event);
  IF n IS NOT NULL THEN
    UPDATE pods SET wall_seq = n, wall_from = coalesce(wall_from, n) WHERE id = pod;
    PERFORM set_config('podium.card', mark, true);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION podium.card_changed() IS 'Deferred trigger: stamps a pod whose card has changed with the next number of its event''s wall';
CREATE CONSTRAINT TRIGGER card_changed AFTER UPDATE OF name, join_policy, closed_at ON pods
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (ROW(OLD.name, OLD.join_policy, OLD.closed_at) IS DISTINCT FROM ROW(NEW.name, NEW.join_policy, NEW.closed_at))
  EXECUTE FUNCTION podium.card_changed();
CREATE CONSTRAINT TRIGGER card_changed AFTER INSERT OR DELETE ON pod_members
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION podium.card_changed();

CREATE FUNCTION podium.member_gone() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  n bigint := podium.wall_step(OLD.event_id);
BEGIN
  IF n IS NOT NULL THEN
    INSERT INTO event_departures (event_id, wall_seq, user_id) VALUES (OLD.event_id, n, OLD.user_id);
    -- Two for each one that comes, so that they do not grow with everyone who ever left. Nobody is an hour behind.
    DELETE FROM event_departures d USING (
      SELECT o.wall_seq FROM event_departures o WHERE o.event_id = OLD.event_id ORDER BY o.wall_seq LIMIT 2) oldest
    WHERE d.event_id = OLD.event_id AND d.wall_seq = oldest.wall_seq AND d.at < clock_timestamp() - interval '1 hour';
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION podium.member_gone() IS 'Deferred trigger: notes who has left an event, under the next number of its wall';
CREATE CONSTRAINT TRIGGER member_gone AFTER DELETE ON event_members
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION podium.member_gone();

REVOKE EXECUTE ON FUNCTION podium.wall_step(uuid), podium.card_changed(), podium.member_gone() FROM PUBLIC;

-- Nothing for people. The service tells each session of its own end alone.
GRANT SELECT ON event_departures TO podium_service;
CREATE POLICY service ON event_departures FOR SELECT TO podium_service USING (true);
