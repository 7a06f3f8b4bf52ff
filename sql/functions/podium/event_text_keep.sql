-- version: 1
-- What is stored was made by podium.sought. Should that ever be superseded, what its successor makes needs a column of its own.
CREATE OR REPLACE FUNCTION podium.event_text_keep() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO event_texts (event_id, folded) VALUES (NEW.id, ' ' || podium.sought(NEW.artist, NEW.city, NEW.venue))
    ON CONFLICT (event_id) DO UPDATE SET folded = EXCLUDED.folded WHERE event_texts.folded <> EXCLUDED.folded;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION podium.event_text_keep() IS
  'Trigger: keeps what of an event is searched';
REVOKE ALL ON FUNCTION podium.event_text_keep() FROM PUBLIC, podium_user, podium_service;
