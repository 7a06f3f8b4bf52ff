-- version: 2
CREATE OR REPLACE FUNCTION podium.is_moderator() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('podium.role', true) = 'moderator', false)
       AND nullif(current_setting('podium.user_id', true), '') IS NOT NULL;
COMMENT ON FUNCTION podium.is_moderator() IS
  'Returns whether the caller''s token carries the role `moderator`';
REVOKE ALL ON FUNCTION podium.is_moderator() FROM PUBLIC, podium_user, podium_service;
GRANT EXECUTE ON FUNCTION podium.is_moderator() TO podium_user, podium_service;
