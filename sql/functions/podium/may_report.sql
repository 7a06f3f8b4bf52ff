-- version: 2
CREATE OR REPLACE FUNCTION podium.may_report(_type public.report_target, _id uuid, _pod uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  me uuid := podium.user_id();
BEGIN
  RETURN CASE _type
    WHEN 'message' THEN _pod IS NOT NULL
    WHEN 'post' THEN EXISTS (SELECT 1 FROM posts p WHERE p.id = _id AND p.event_id = ANY (podium.my_events()))
    WHEN 'media' THEN EXISTS (
      SELECT 1 FROM media f LEFT JOIN pod_members s ON s.pod_id = f.pod_id AND s.user_id = me
      WHERE f.id = _id AND CASE WHEN f.pod_id IS NULL THEN f.event_id = ANY (podium.my_events())
                                ELSE f.created_at >= s.joined_at END)
    WHEN 'profile' THEN EXISTS (SELECT 1 FROM podium.people WHERE id = _id)
  END;
END $$;
COMMENT ON FUNCTION podium.may_report(report_target, uuid, uuid) IS
  'Returns whether the caller may read the target of a report';
REVOKE ALL ON FUNCTION podium.may_report(report_target, uuid, uuid) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.may_report(report_target, uuid, uuid) TO podium_user;
