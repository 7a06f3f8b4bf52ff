-- version: 1
CREATE OR REPLACE FUNCTION podium.invite_state(_invite public.invites, _pod public.pods) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN CASE
    WHEN _pod.closed_at IS NOT NULL THEN 'closed'
    WHEN _invite.revoked_at IS NOT NULL THEN 'revoked'
    -- Not now(): whoever waited for the pod's lock may have waited past it.
    WHEN _invite.expires_at <= clock_timestamp() THEN 'expired'
    WHEN _invite.used >= _invite.uses THEN 'used_up'
    WHEN (SELECT count(*) FROM pod_members WHERE pod_id = _pod.id) >= _pod.seats THEN 'full'
    ELSE 'open' END;
END $$;
COMMENT ON FUNCTION podium.invite_state(invites, pods) IS
  'What an invitation is good for: open, or why it lets nobody in: closed, revoked, expired, used_up, full';
REVOKE ALL ON FUNCTION podium.invite_state(invites, pods) FROM PUBLIC, podium_user, podium_service;
