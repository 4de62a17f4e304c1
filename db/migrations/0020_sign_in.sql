-- When and from where an account signed in last, and the time before that, which is what its owner wants to see.
ALTER TABLE accounts
  ADD COLUMN IF NOT EXISTS last_login_address VARCHAR(64) NULL,
  ADD COLUMN IF NOT EXISTS previous_login_ms BIGINT NULL,
  ADD COLUMN IF NOT EXISTS previous_login_address VARCHAR(64) NULL;
