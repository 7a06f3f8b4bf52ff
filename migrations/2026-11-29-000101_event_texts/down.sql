SET LOCAL lock_timeout = '5s';
DROP TRIGGER text_kept ON events;
DELETE FROM podium.event_children WHERE child = 'event_texts';
DROP VIEW podium.searchable;
DROP TABLE event_texts;
