SET LOCAL lock_timeout = '5s';

DROP INDEX idx_posts_event_id_open;
UPDATE podium.event_children SET lock_rank = NULL WHERE child = 'posts';
DELETE FROM podium.event_children WHERE child IN ('ballots', 'hype_taps');
DROP TABLE hype_taps;
DROP TABLE ballots;
