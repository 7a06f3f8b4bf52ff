-- Memorabilia over HTTP: one a person and event. The crowd's energy is a text, as in the first design, and the number has a
-- column of its own. No release has written this table over HTTP, so its columns may change in one step.
SET LOCAL lock_timeout = '5s';
LOCK TABLE memorabilia IN ACCESS EXCLUSIVE MODE;

ALTER TABLE memorabilia DROP CONSTRAINT memorabilia_crowd_energy_check;
ALTER TABLE memorabilia
  ADD COLUMN crowd_level smallint CHECK (crowd_level BETWEEN 0 AND 10),
  ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
UPDATE memorabilia SET crowd_level = crowd_energy, updated_at = created_at;
ALTER TABLE memorabilia ALTER COLUMN crowd_energy TYPE text USING NULL;
ALTER TABLE memorabilia ADD CONSTRAINT memorabilia_crowd_energy_check CHECK (char_length(crowd_energy) <= 200);
COMMENT ON COLUMN memorabilia.crowd_energy IS 'The crowd''s energy, in words';
COMMENT ON COLUMN memorabilia.crowd_level IS 'The crowd''s energy, from 0 to 10';
COMMENT ON COLUMN memorabilia.updated_at IS 'When the row last changed; set by a trigger';

-- Where a person has several of one event, the newest one stays, with what only older ones have.
WITH merged AS (
  SELECT event_id, user_id, count(*) AS n,
         (array_agg(id ORDER BY created_at DESC, id DESC))[1] AS kept,
         (array_agg(opener_guess ORDER BY created_at DESC, id DESC) FILTER (WHERE opener_guess IS NOT NULL))[1] AS opener_guess,
         (array_agg(peak_moment ORDER BY created_at DESC, id DESC) FILTER (WHERE peak_moment IS NOT NULL))[1] AS peak_moment,
         (array_agg(song_of_night ORDER BY created_at DESC, id DESC) FILTER (WHERE song_of_night IS NOT NULL))[1] AS song_of_night,
         (array_agg(crowd_level ORDER BY created_at DESC, id DESC) FILTER (WHERE crowd_level IS NOT NULL))[1] AS crowd_level,
         (array_agg(notes ORDER BY created_at DESC, id DESC) FILTER (WHERE notes IS NOT NULL))[1] AS notes
  FROM memorabilia GROUP BY event_id, user_id)
UPDATE memorabilia m
SET opener_guess = g.opener_guess, peak_moment = g.peak_moment, song_of_night = g.song_of_night, crowd_level = g.crowd_level,
    notes = g.notes
FROM merged g WHERE m.id = g.kept AND g.n > 1;
DELETE FROM memorabilia o USING memorabilia n
WHERE n.event_id = o.event_id AND n.user_id = o.user_id AND (n.created_at, n.id) > (o.created_at, o.id);

-- The key serves as an index of events, too. The shelf pages by time and id.
ALTER TABLE memorabilia ADD CONSTRAINT memorabilia_event_id_user_id_key UNIQUE (event_id, user_id);
DROP INDEX idx_memorabilia_event_id;
DROP INDEX idx_memorabilia_user_id;
CREATE INDEX idx_memorabilia_user_id ON memorabilia (user_id, created_at DESC, id DESC);

CREATE TRIGGER touch BEFORE UPDATE ON memorabilia FOR EACH ROW
  WHEN (ROW(OLD.opener_guess, OLD.peak_moment, OLD.song_of_night, OLD.crowd_energy, OLD.crowd_level, OLD.notes)
        IS DISTINCT FROM
        ROW(NEW.opener_guess, NEW.peak_moment, NEW.song_of_night, NEW.crowd_energy, NEW.crowd_level, NEW.notes))
  EXECUTE FUNCTION podium.touch();

-- Members of the event write; what one has written stays one's own to read and delete. Nobody else reads it.
GRANT INSERT (crowd_level), UPDATE (crowd_level) ON memorabilia TO podium_user;
DROP POLICY own ON memorabilia;
CREATE POLICY read ON memorabilia FOR SELECT TO podium_user USING (user_id = (SELECT podium.user_id()));
CREATE POLICY write ON memorabilia FOR INSERT TO podium_user
  WITH CHECK (user_id = (SELECT podium.user_id()) AND event_id = ANY ((SELECT podium.my_events())::uuid[]));
CREATE POLICY change ON memorabilia FOR UPDATE TO podium_user
  USING (user_id = (SELECT podium.user_id()) AND event_id = ANY ((SELECT podium.my_events())::uuid[]));
CREATE POLICY remove ON memorabilia FOR DELETE TO podium_user USING (user_id = (SELECT podium.user_id()));
