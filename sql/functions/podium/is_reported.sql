-- version: 2
CREATE OR REPLACE FUNCTION podium.is_reported(_type public.report_target, _id uuid, _pod uuid DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN podium.is_moderator() AND EXISTS (
    SELECT 1 FROM reports
    WHERE target_type = _type AND target_id = _id AND resolved_at IS NULL AND (_pod IS NULL OR pod_id = _pod));
END $$;
COMMENT ON FUNCTION podium.is_reported(report_target, uuid, uuid) IS
  'Returns whether an open report names this target. Always false for callers who are not moderators';
REVOKE ALL ON FUNCTION podium.is_reported(report_target, uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.is_reported(report_target, uuid, uuid) TO podium_user;
