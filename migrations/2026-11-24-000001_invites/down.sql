SET LOCAL lock_timeout = '5s';
DROP TRIGGER revoke_invites ON pod_admissions;
DROP FUNCTION IF EXISTS podium.revoke_invites();
DROP FUNCTION IF EXISTS podium.invite_accept(text, uuid);
DROP FUNCTION IF EXISTS podium.invite_preview(text);
DROP FUNCTION IF EXISTS podium.invite_revoke(uuid, uuid, uuid);
DROP FUNCTION IF EXISTS podium.invite_make(uuid, uuid, uuid, text, timestamptz, integer);
DROP FUNCTION IF EXISTS podium.invite_state(public.invites, public.pods);
DROP TABLE invites;
