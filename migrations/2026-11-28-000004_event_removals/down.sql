SET LOCAL lock_timeout = '5s';
LOCK TABLE pods, pod_members, event_members IN ACCESS EXCLUSIVE MODE;
DROP TRIGGER feed_stamp ON pods;
DROP TRIGGER feed_stamp ON pod_members;
DROP TRIGGER feed_stamp ON event_members;
DELETE FROM podium.event_children WHERE child = 'event_removals';
DROP TABLE event_removals;
CREATE CONSTRAINT TRIGGER card_changed AFTER UPDATE OF name, join_policy, closed_at ON pods
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (ROW(OLD.name, OLD.join_policy, OLD.closed_at) IS DISTINCT FROM ROW(NEW.name, NEW.join_policy, NEW.closed_at))
  EXECUTE FUNCTION podium.card_changed();
CREATE CONSTRAINT TRIGGER card_changed AFTER INSERT OR DELETE ON pod_members
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION podium.card_changed();
CREATE CONSTRAINT TRIGGER member_gone AFTER DELETE ON event_members
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION podium.member_gone();
