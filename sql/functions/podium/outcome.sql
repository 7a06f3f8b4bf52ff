-- version: 2
CREATE OR REPLACE FUNCTION podium.outcome(_code text, _pod uuid, _seat smallint DEFAULT NULL, _lines public.messages[] DEFAULT '{}')
RETURNS SETOF podium.change
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT _code, _seat, l.pod_id, l.id, l.seq, l.user_id, l.kind, l.text, l.data, l.created_at FROM unnest(_lines) l
  UNION ALL
  SELECT _code, _seat, _pod, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE cardinality(_lines) = 0
  ORDER BY 3, 5
$$;
COMMENT ON FUNCTION podium.outcome(text, uuid, smallint, messages[]) IS
  'Builds the rows that a membership function returns';
REVOKE ALL ON FUNCTION podium.outcome(text, uuid, smallint, messages[]) FROM PUBLIC, podium_user, podium_service;
