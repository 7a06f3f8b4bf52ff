-- The language in which a person reads Podium. The CHECK asks for the form of a BCP 47 tag and not for a list, so that another
-- language is a change of the program alone. It is validated by the next migration, which blocks nobody.
SET LOCAL lock_timeout = '5s';
ALTER TABLE profiles ADD COLUMN language text;
ALTER TABLE profiles ADD CONSTRAINT profiles_language_check
  CHECK (language ~ '^[a-z]{2,3}(-[0-9A-Za-z]{2,8})*$' AND char_length(language) <= 35) NOT VALID;
COMMENT ON COLUMN profiles.language IS 'The language in which the person reads Podium, as a BCP 47 tag such as `de`; NULL if they have not chosen one';
GRANT INSERT (language), UPDATE (language) ON profiles TO podium_user;
