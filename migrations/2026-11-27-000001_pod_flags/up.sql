-- What people mark a pod with for themselves: pinned, and unread. A table of its own, so that neither touches the rows that the
-- log's functions lock.
SET LOCAL lock_timeout = '5s';

CREATE TABLE pod_flags (
  pod_id      uuid NOT NULL,
  user_id     uuid NOT NULL,
  pinned_at   timestamptz,
  unread_from bigint,
  PRIMARY KEY (pod_id, user_id),
  FOREIGN KEY (pod_id, user_id) REFERENCES pod_members ON DELETE CASCADE
);
ALTER TABLE pod_flags ENABLE ROW LEVEL SECURITY;
-- The foreign key is served by the primary key.

COMMENT ON TABLE pod_flags IS 'What a member marks a pod with for themselves; gone with the membership';
COMMENT ON COLUMN pod_flags.pod_id IS 'The pod';
COMMENT ON COLUMN pod_flags.user_id IS 'The member';
COMMENT ON COLUMN pod_flags.pinned_at IS 'When it was pinned; NULL if it is not';
COMMENT ON COLUMN pod_flags.unread_from IS 'The member''s read_seq when they marked the pod as unread; the mark ends when read_seq moves on. NULL if it is not marked';

GRANT SELECT, INSERT, UPDATE (pinned_at, unread_from), DELETE ON pod_flags TO podium_user;
GRANT SELECT ON pod_flags TO podium_service;
CREATE POLICY flags_own ON pod_flags TO podium_user
  USING (user_id = (SELECT podium.user_id()))
  WITH CHECK (user_id = (SELECT podium.user_id()) AND pod_id = ANY ((SELECT podium.my_pods())::uuid[]));
CREATE POLICY flags_service ON pod_flags FOR SELECT TO podium_service USING (true);
