-- Sessions, tokens and what keeps sign-in safe. Tokens are kept as SHA-256 hashes only.
CREATE TABLE IF NOT EXISTS sessions (
  token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  account_id INT NOT NULL,
  created_ms BIGINT NOT NULL,
  last_used_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  address VARCHAR(64) NOT NULL,
  INDEX sessions_by_account (account_id),
  INDEX sessions_by_expiry (expires_ms)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS api_tokens (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id INT NOT NULL,
  name VARCHAR(64) NOT NULL,
  token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  scope VARCHAR(16) NOT NULL,
  created_ms BIGINT NOT NULL,
  last_used_ms BIGINT NULL,
  UNIQUE INDEX api_tokens_hash (token_hash),
  INDEX api_tokens_by_account (account_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

-- Failed sign-ins of the last minutes; subject is `name:<folded name>` or `address:<ip>`.
CREATE TABLE IF NOT EXISTS login_failures (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  subject VARCHAR(300) COLLATE utf8mb4_bin NOT NULL,
  at_ms BIGINT NOT NULL,
  INDEX login_failures_by_subject (subject, at_ms),
  INDEX login_failures_by_time (at_ms)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS password_resets (
  token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  account_id INT NOT NULL,
  expires_ms BIGINT NOT NULL,
  INDEX password_resets_by_account (account_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

CREATE TABLE IF NOT EXISTS audit_log (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  account VARCHAR(255) NOT NULL,
  address VARCHAR(64) NOT NULL,
  action VARCHAR(64) NOT NULL,
  subject VARCHAR(255) NOT NULL,
  before_value TEXT NULL,
  after_value TEXT NULL,
  INDEX audit_by_time (at_ms)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;
