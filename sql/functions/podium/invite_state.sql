-- version: 2
CREATE OR REPLACE FUNCTION podium.invite_state(_invite public.invites, _pod public.pods) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN CASE
    WHEN _pod.closed_at IS NOT NULL THEN 'closed'
    WHEN _invite.revoked_at IS NOT NULL THEN 'revoked'
    -- Not now(): the transaction may have waited for the pod's lock until after the expiry.
    WHEN _invite.expires_at <= clock_timestamp() THEN 'expired'
    WHEN _invite.used >= _invite.uses THEN 'used_up'
    WHEN (SELECT count(*) FROM pod_members WHERE pod_id = _pod.id) >= _pod.seats THEN 'full'
    ELSE 'open' END;
END $$;
COMMENT ON FUNCTION podium.invite_state(invites, pods) IS
  'Returns the state of an invitation link: `open`, or the reason why it admits nobody: `closed`, `revoked`, `expired`, `used_up`, `full`';
REVOKE ALL ON FUNCTION podium.invite_state(invites, pods) FROM PUBLIC, podium_user, podium_service;
