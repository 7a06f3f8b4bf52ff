SET LOCAL lock_timeout = '5s';
LOCK TABLE memorabilia IN ACCESS EXCLUSIVE MODE;

DROP POLICY remove ON memorabilia;
DROP POLICY change ON memorabilia;
DROP POLICY write ON memorabilia;
DROP POLICY read ON memorabilia;
CREATE POLICY own ON memorabilia TO podium_user
  USING (user_id = (SELECT podium.user_id())) WITH CHECK (user_id = (SELECT podium.user_id()));
DROP TRIGGER touch ON memorabilia;
DROP INDEX idx_memorabilia_user_id;
CREATE INDEX idx_memorabilia_event_id ON memorabilia (event_id);
CREATE INDEX idx_memorabilia_user_id ON memorabilia (user_id, created_at DESC);
ALTER TABLE memorabilia DROP CONSTRAINT memorabilia_event_id_user_id_key;
ALTER TABLE memorabilia DROP CONSTRAINT memorabilia_crowd_energy_check;
ALTER TABLE memorabilia ALTER COLUMN crowd_energy TYPE smallint USING crowd_level;
ALTER TABLE memorabilia ADD CONSTRAINT memorabilia_crowd_energy_check CHECK (crowd_energy BETWEEN 0 AND 10);
ALTER TABLE memorabilia DROP COLUMN updated_at, DROP COLUMN crowd_level;
COMMENT ON COLUMN memorabilia.crowd_energy IS 'The crowd''s energy, from 0 to 10';
