-- version: 1
CREATE OR REPLACE FUNCTION podium.registration_state(_key text, _mailbox text, _network text, _limits integer[])
RETURNS TABLE (taken boolean, again timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM accounts WHERE email_key = _key),
    greatest(
      (SELECT a.created_at + make_interval(secs => _limits[2]) FROM accounts a
       WHERE a.registered_from = _network AND a.created_at > clock_timestamp() - make_interval(secs => _limits[2])
       ORDER BY a.created_at DESC OFFSET _limits[1] - 1 LIMIT 1),
      (SELECT a.created_at + make_interval(secs => _limits[4]) FROM accounts a
       WHERE a.mailbox_key = _mailbox AND a.created_at > clock_timestamp() - make_interval(secs => _limits[4])
       ORDER BY a.created_at DESC OFFSET _limits[3] - 1 LIMIT 1));
$$;
COMMENT ON FUNCTION podium.registration_state(text, text, text, integer[]) IS
  'Returns whether the address has an account, and when another may be registered from the network and for the mailbox, or NULL if now. `_limits`: the number from a network and its seconds, the number for a mailbox and its seconds; NULL is no limit';
REVOKE ALL ON FUNCTION podium.registration_state(text, text, text, integer[]) FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.registration_state(text, text, text, integer[]) TO podium_service;
