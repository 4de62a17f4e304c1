-- A mail that sets a password is not kept once it has left.
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS is_secret TINYINT NOT NULL DEFAULT 0;
