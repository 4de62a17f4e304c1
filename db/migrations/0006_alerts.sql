-- An alert from raised to cleared. One that is open has open_key, which is unique: a condition can't be open twice.
CREATE TABLE IF NOT EXISTS alerts (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(32) NOT NULL,
  device VARCHAR(64) NOT NULL,
  message VARCHAR(500) NOT NULL,
  value DOUBLE NULL,
  limit_value DOUBLE NULL,
  state VARCHAR(16) NOT NULL DEFAULT 'raised',
  open_key VARCHAR(120) COLLATE utf8mb4_bin NULL,
  pending_since_ms BIGINT NULL,
  raised_ms BIGINT NULL,
  notified_ms BIGINT NULL,
  acknowledged_ms BIGINT NULL,
  acknowledged_by VARCHAR(255) NULL,
  note VARCHAR(1000) NULL,
  cleared_ms BIGINT NULL,
  UNIQUE INDEX alerts_open (open_key),
  INDEX alerts_by_time (raised_ms)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

-- Mails and webhooks on their way out; written in the transaction of what caused them.
CREATE TABLE IF NOT EXISTS outbox (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(16) NOT NULL,
  alert_id BIGINT NULL,
  sender VARCHAR(255) NOT NULL,
  receivers TEXT NOT NULL,
  copies TEXT NOT NULL,
  subject VARCHAR(255) NOT NULL,
  text_body MEDIUMTEXT NOT NULL,
  html_body MEDIUMTEXT NOT NULL,
  attachment_name VARCHAR(255) NULL,
  attachment LONGBLOB NULL,
  state VARCHAR(16) NOT NULL DEFAULT 'waiting',
  attempts INT NOT NULL DEFAULT 0,
  next_attempt_ms BIGINT NOT NULL,
  claimed_by VARCHAR(64) NULL,
  claimed_until_ms BIGINT NULL,
  last_answer VARCHAR(1000) NULL,
  created_ms BIGINT NOT NULL,
  sent_ms BIGINT NULL,
  INDEX outbox_due (state, next_attempt_ms),
  INDEX outbox_by_alert (alert_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;
