-- What a pod is called and who may join it change without a line of its log, or beside one. Other nodes are told by the bus;
-- this counter tells them if the bus lost it.
SET LOCAL lock_timeout = '5s';

ALTER TABLE pods ADD COLUMN revision bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN pods.revision IS 'Counts the changes of name and join policy, for nodes to find those that the bus has lost';

CREATE FUNCTION podium.count_revision() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  NEW.revision := OLD.revision + 1;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION podium.count_revision() IS 'Counts a change of what a pod is';
REVOKE EXECUTE ON FUNCTION podium.count_revision() FROM PUBLIC;

-- Whoever changes it, by whatever function. A message, which raises last_seq, does not wake it.
CREATE TRIGGER count_revision BEFORE UPDATE OF name, join_policy ON pods FOR EACH ROW
  WHEN (OLD.name <> NEW.name OR OLD.join_policy <> NEW.join_policy) EXECUTE FUNCTION podium.count_revision();
