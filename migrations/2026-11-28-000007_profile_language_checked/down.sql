SET LOCAL lock_timeout = '5s';
ALTER TABLE profiles DROP CONSTRAINT profiles_language_check,
  ADD CONSTRAINT profiles_language_check
  CHECK (language ~ '^[a-z]{2,3}(-[0-9A-Za-z]{2,8})*$' AND char_length(language) <= 35) NOT VALID;
