-- What the eight tables need beyond their specified columns: types that lose nothing, keys for every query, and
-- the columns of our own. All of it can run again, and on a database that the Python system filled.
--
-- Device ids compare without case but with accents: @ID_COLLATION@ is what this server has for that.
-- *_ms columns are UTC epoch milliseconds.

-- username_key, email_key and mac_key hold the folded value where it is used once; NULL where an older system let
-- it be used twice, so that no row is lost and no new double can come in.
ALTER TABLE accounts
  MODIFY password VARCHAR(255) NOT NULL,
  ADD COLUMN IF NOT EXISTS username_key VARCHAR(255) COLLATE utf8mb4_bin NULL,
  ADD COLUMN IF NOT EXISTS email_key VARCHAR(255) COLLATE utf8mb4_bin NULL,
  ADD COLUMN IF NOT EXISTS language VARCHAR(8) NULL,
  ADD COLUMN IF NOT EXISTS password_changed_ms BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS last_login_ms BIGINT NULL,
  ADD UNIQUE INDEX IF NOT EXISTS accounts_username (username_key),
  ADD UNIQUE INDEX IF NOT EXISTS accounts_email (email_key);

ALTER TABLE devices
  MODIFY mac_address VARCHAR(64) CHARACTER SET utf8mb4 COLLATE @ID_COLLATION@ NOT NULL,
  ADD COLUMN IF NOT EXISTS mac_key VARCHAR(64) COLLATE utf8mb4_bin NULL,
  ADD COLUMN IF NOT EXISTS name VARCHAR(255) NULL,
  ADD COLUMN IF NOT EXISTS rated_power_w DOUBLE NULL,
  ADD COLUMN IF NOT EXISTS group_name VARCHAR(255) NULL,
  ADD UNIQUE INDEX IF NOT EXISTS devices_mac (mac_key),
  ADD INDEX IF NOT EXISTS devices_by_mac (mac_address);

ALTER TABLE utils
  MODIFY id BIGINT NOT NULL AUTO_INCREMENT,
  MODIFY mac_address VARCHAR(64) CHARACTER SET utf8mb4 COLLATE @ID_COLLATION@ NOT NULL,
  MODIFY start BIGINT NOT NULL,
  MODIFY stop BIGINT NOT NULL,
  MODIFY cycle_count BIGINT NOT NULL,
  MODIFY total_run BIGINT NOT NULL,
  ADD COLUMN IF NOT EXISTS timestamp TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  ADD INDEX IF NOT EXISTS utils_by_device (mac_address, start, stop),
  ADD INDEX IF NOT EXISTS utils_by_start (start),
  ADD INDEX IF NOT EXISTS utils_by_stop (stop);

ALTER TABLE power_monitoring
  MODIFY id BIGINT NOT NULL AUTO_INCREMENT,
  MODIFY uid VARCHAR(64) CHARACTER SET utf8mb4 COLLATE @ID_COLLATION@ NOT NULL,
  MODIFY energy DOUBLE NULL,
  MODIFY co2 DOUBLE NULL,
  MODIFY timestamp TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  ADD COLUMN IF NOT EXISTS observed_ms BIGINT NULL,
  ADD COLUMN IF NOT EXISTS message_hash BIGINT NULL,
  ADD INDEX IF NOT EXISTS power_by_meter (uid, observed_ms);

ALTER TABLE cycle_time
  MODIFY id BIGINT NOT NULL AUTO_INCREMENT,
  MODIFY uid VARCHAR(64) CHARACTER SET utf8mb4 COLLATE @ID_COLLATION@ NOT NULL,
  MODIFY duration VARCHAR(16) NOT NULL,
  MODIFY cycle_count BIGINT NOT NULL,
  ADD COLUMN IF NOT EXISTS start_ms BIGINT NULL,
  ADD COLUMN IF NOT EXISTS stop_ms BIGINT NULL,
  ADD INDEX IF NOT EXISTS cycles_by_stop (uid, stop_ms),
  ADD INDEX IF NOT EXISTS cycles_by_start (uid, start_ms),
  ADD INDEX IF NOT EXISTS cycles_by_age (stop_ms);

ALTER TABLE settings
  MODIFY utils_mailreceiver TEXT NULL,
  MODIFY temphumid_mailreceiver TEXT NULL,
  MODIFY cc_mailreceiver TEXT NULL;
INSERT IGNORE INTO settings
  (id, utils_min_duration, utils_mailreceiver, max_temperature, max_humidity, temphumid_mailreceiver,
   cc_mailreceiver, mail_sender)
VALUES (1, 500, '', 30, 70, '', '', '');

ALTER TABLE utils_notification_log
  MODIFY id BIGINT NOT NULL AUTO_INCREMENT,
  MODIFY mac_address VARCHAR(64) CHARACTER SET utf8mb4 COLLATE @ID_COLLATION@ NOT NULL,
  MODIFY total_run BIGINT NOT NULL,
  ADD INDEX IF NOT EXISTS notifications_by_device (mac_address, multiple),
  ADD INDEX IF NOT EXISTS notifications_by_time (timestamp);

ALTER TABLE temphumid
  MODIFY id BIGINT NOT NULL AUTO_INCREMENT,
  MODIFY mac_address VARCHAR(64) CHARACTER SET utf8mb4 COLLATE @ID_COLLATION@ NOT NULL,
  MODIFY timestamp TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  ADD COLUMN IF NOT EXISTS message_hash BIGINT NULL,
  ADD INDEX IF NOT EXISTS climate_by_device (mac_address, timestamp),
  ADD INDEX IF NOT EXISTS climate_by_receipt (timestamp);
