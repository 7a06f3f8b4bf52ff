-- The rows go with their table.
SET LOCAL lock_timeout = '5s';
