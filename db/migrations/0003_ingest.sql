-- What ingest keeps beside the rows. Everything derived is keyed by known_devices.id: four bytes instead of a text,
-- and one row per device to lock, so that several ingest processes take turns on a meter.

-- Every id that ever reported or was registered. usual_interval_ms is its own rhythm (a smoothed median).
CREATE TABLE IF NOT EXISTS known_devices (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uid VARCHAR(64) CHARACTER SET utf8mb4 COLLATE @ID_COLLATION@ NOT NULL,
  first_seen_ms BIGINT NOT NULL,
  last_seen_ms BIGINT NOT NULL,
  usual_interval_ms BIGINT NULL,
  last_power_ms BIGINT NULL,
  last_run_ms BIGINT NULL,
  last_climate_ms BIGINT NULL,
  UNIQUE INDEX known_devices_uid (uid),
  INDEX known_devices_power (last_power_ms)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

-- The newest reading of each meter by observed time; among equal ones the one received last.
CREATE TABLE IF NOT EXISTS latest_readings (
  device_id INT UNSIGNED NOT NULL PRIMARY KEY,
  observed_ms BIGINT NOT NULL,
  received_ms BIGINT NOT NULL,
  rtc DATETIME NULL,
  relay_state VARCHAR(10) NULL,
  voltage FLOAT NULL,
  current FLOAT NULL,
  power FLOAT NULL,
  frequency FLOAT NULL,
  pf FLOAT NULL,
  energy DOUBLE NULL,
  co2 DOUBLE NULL,
  energy_history TEXT NULL,
  history_observed_ms BIGINT NULL,
  changed BIGINT NOT NULL DEFAULT 0,
  INDEX latest_readings_changed (changed)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

-- Where a meter's folds stand, so that readings that come in order need no look at history: its last cycle (the row
-- of cycle_time with this start_ms), the highest cycle number it was ever given, and its two registers.
CREATE TABLE IF NOT EXISTS meter_states (
  device_id INT UNSIGNED NOT NULL PRIMARY KEY,
  last_cycle_count BIGINT NOT NULL DEFAULT 0,
  cycle_start_ms BIGINT NULL,
  cycle_stop_ms BIGINT NULL,
  cycle_number BIGINT NULL,
  energy_state MEDIUMBLOB NULL,
  co2_state MEDIUMBLOB NULL,
  co2_measured TINYINT NOT NULL DEFAULT 0
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

CREATE TABLE IF NOT EXISTS latest_climate (
  device_id INT UNSIGNED NOT NULL PRIMARY KEY,
  observed_ms BIGINT NOT NULL,
  temperature FLOAT NULL,
  humidity FLOAT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

-- How far each spool is stored; written in the transaction of the rows, which makes storing exactly-once.
CREATE TABLE IF NOT EXISTS spool_positions (
  spool_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  position BIGINT NOT NULL,
  stored BIGINT NOT NULL DEFAULT 0,
  duplicates BIGINT NOT NULL DEFAULT 0,
  quarantined BIGINT NOT NULL DEFAULT 0
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- One consistent snapshot of each ingest process's counters, at least once a second.
CREATE TABLE IF NOT EXISTS ingest_counters (
  spool_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  received BIGINT NOT NULL,
  stored BIGINT NOT NULL,
  duplicates BIGINT NOT NULL,
  quarantined BIGINT NOT NULL,
  spooled BIGINT NOT NULL,
  spool_bytes BIGINT NOT NULL,
  oldest_spooled_ms BIGINT NULL,
  reconnects BIGINT NOT NULL,
  batches BIGINT NOT NULL,
  commit_ms_total DOUBLE NOT NULL,
  connected TINYINT NOT NULL,
  updated_ms BIGINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- Messages that could not be taken, kept for a person to look at.
CREATE TABLE IF NOT EXISTS quarantine (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  topic VARCHAR(255) NOT NULL,
  payload MEDIUMBLOB NOT NULL,
  reason VARCHAR(500) NOT NULL,
  message_hash BIGINT NULL,
  received_ms BIGINT NOT NULL,
  INDEX quarantine_by_time (received_ms),
  INDEX quarantine_by_hash (message_hash)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

-- Topic and bytes of retained messages that came as a replay and were stored, so that the next replay is known.
CREATE TABLE IF NOT EXISTS retained_messages (
  message_hash BIGINT NOT NULL PRIMARY KEY,
  received_ms BIGINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- When a job that must run once for all processes ran last.
CREATE TABLE IF NOT EXISTS housekeeping (
  job VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  last_run_ms BIGINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;
