SET LOCAL lock_timeout = '5s';

CREATE TABLE nodes (
  node    text PRIMARY KEY CHECK (char_length(node) BETWEEN 1 AND 200),
  boot_id uuid NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  bus_ok  boolean NOT NULL
);
ALTER TABLE nodes ENABLE ROW LEVEL SECURITY;
COMMENT ON TABLE nodes IS 'The running nodes: each keeps its row fresh, and reads from the others'' rows who is alive';
COMMENT ON COLUMN nodes.node IS 'The node''s name';
COMMENT ON COLUMN nodes.boot_id IS 'Made anew at every start, so that a node which came back is not taken for the one that died';
COMMENT ON COLUMN nodes.seen_at IS 'The last beat, by the database''s clock';
COMMENT ON COLUMN nodes.bus_ok IS 'Whether the node hears the bus';
