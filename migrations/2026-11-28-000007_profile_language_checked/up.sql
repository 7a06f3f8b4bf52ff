-- Reads the table, and lets everybody write meanwhile.
SET LOCAL lock_timeout = '5s';
ALTER TABLE profiles VALIDATE CONSTRAINT profiles_language_check;
