-- Receivers that still wait when a mail server took the mail for some of them only; NULL: all of them.
ALTER TABLE outbox
  ADD COLUMN IF NOT EXISTS pending_receivers TEXT NULL,
  ADD INDEX IF NOT EXISTS outbox_by_time (created_ms);

-- When an alert goes out in a digest, because many came at once; NULL: it was notified by itself.
ALTER TABLE alerts
  ADD COLUMN IF NOT EXISTS digest_due_ms BIGINT NULL,
  ADD INDEX IF NOT EXISTS alerts_digest (digest_due_ms);

-- What alerts need beyond the specified settings: one row, id 1. Quiet hours are minutes since the site's midnight,
-- equal ones mean none. A webhook gets a signed JSON POST for every alert.
CREATE TABLE IF NOT EXISTS alert_settings (
  id INT NOT NULL PRIMARY KEY,
  alert_mailreceiver TEXT NOT NULL DEFAULT '',
  language VARCHAR(8) NOT NULL DEFAULT 'en',
  quiet_from_minute INT NOT NULL DEFAULT 0,
  quiet_to_minute INT NOT NULL DEFAULT 0,
  webhook_url VARCHAR(2000) NOT NULL DEFAULT '',
  webhook_secret VARCHAR(255) NOT NULL DEFAULT ''
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;
INSERT IGNORE INTO alert_settings (id) VALUES (1);

-- Limits of one device that beat those of the settings; NULL: the settings count.
CREATE TABLE IF NOT EXISTS device_limits (
  uid VARCHAR(64) CHARACTER SET utf8mb4 COLLATE @ID_COLLATION@ NOT NULL PRIMARY KEY,
  max_temperature FLOAT NULL,
  max_humidity FLOAT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;
