-- From where an account was registered, and the mailbox of its address: what limits registrations over all nodes is counted
-- from these rows. The network is forgotten after a day, when it counts no more.
SET LOCAL lock_timeout = '5s';
ALTER TABLE accounts ADD COLUMN mailbox_key text, ADD COLUMN registered_from text CHECK (char_length(registered_from) <= 64);
CREATE INDEX idx_accounts_registered_from ON accounts (registered_from, created_at) WHERE registered_from IS NOT NULL;
CREATE INDEX idx_accounts_mailbox_key ON accounts (mailbox_key, created_at) WHERE mailbox_key IS NOT NULL;

COMMENT ON COLUMN accounts.mailbox_key IS 'The mailbox behind `email_key`, without what mail servers ignore, made by the program; NULL for accounts from before it was kept';
COMMENT ON COLUMN accounts.registered_from IS 'The network from which it was registered, for a day';
