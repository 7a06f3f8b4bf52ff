SET LOCAL lock_timeout = '5s';
ALTER TABLE accounts DROP COLUMN mailbox_key, DROP COLUMN registered_from;
