-- What pages read instead of raw rows. Maintained in the transaction of the rows, and older than they are: the
-- purge leaves all of it.

-- bucket = UTC epoch seconds / 900. slots has a bit for each of the 60 slots of 15 s with a reading. Quarter hours of UTC are those of every site zone in use today.
CREATE TABLE IF NOT EXISTS quarter_hours (
  device_id INT UNSIGNED NOT NULL,
  bucket INT UNSIGNED NOT NULL,
  energy_kwh DOUBLE NOT NULL DEFAULT 0,
  co2_kg DOUBLE NOT NULL DEFAULT 0,
  power_sum_w DOUBLE NOT NULL DEFAULT 0,
  power_max_w DOUBLE NULL,
  pf_sum DOUBLE NOT NULL DEFAULT 0,
  pf_samples INT UNSIGNED NOT NULL DEFAULT 0,
  samples INT UNSIGNED NOT NULL DEFAULT 0,
  slots BIGINT NOT NULL DEFAULT 0,
  covered_ms BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (device_id, bucket)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- day is the site's. max_demand is that of the day's quarter hours.
CREATE TABLE IF NOT EXISTS energy_days (
  device_id INT UNSIGNED NOT NULL,
  day DATE NOT NULL,
  energy_kwh DOUBLE NOT NULL DEFAULT 0,
  co2_kg DOUBLE NOT NULL DEFAULT 0,
  max_demand_kw DOUBLE NULL,
  max_demand_bucket INT UNSIGNED NULL,
  samples INT UNSIGNED NOT NULL DEFAULT 0,
  covered_ms BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (device_id, day),
  INDEX energy_days_by_day (day)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- Milliseconds of cycles in each site day of a meter.
CREATE TABLE IF NOT EXISTS cycle_days (
  device_id INT UNSIGNED NOT NULL,
  day DATE NOT NULL,
  cycle_ms BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (device_id, day)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- Run seconds of a machine in each site day, and the records that started in it.
CREATE TABLE IF NOT EXISTS run_days (
  device_id INT UNSIGNED NOT NULL,
  day DATE NOT NULL,
  run_seconds BIGINT NOT NULL DEFAULT 0,
  cycles BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (device_id, day)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- Run seconds of a machine since ever, and since its last service; the multiple of the limit notified last.
CREATE TABLE IF NOT EXISTS run_totals (
  device_id INT UNSIGNED NOT NULL PRIMARY KEY,
  total_seconds BIGINT NOT NULL DEFAULT 0,
  serviced_at_seconds BIGINT NOT NULL DEFAULT 0,
  notified_multiple BIGINT NOT NULL DEFAULT 0,
  notified_limit_hours DOUBLE NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- A register's fold state made of all readings before an hour (UTC epoch seconds / 3600), for the last two days, so
-- that a late reading is folded in from the hour before it.
CREATE TABLE IF NOT EXISTS register_checkpoints (
  device_id INT UNSIGNED NOT NULL,
  register_name VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  hour INT UNSIGNED NOT NULL,
  state MEDIUMBLOB NOT NULL,
  PRIMARY KEY (device_id, register_name, hour)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

CREATE TABLE IF NOT EXISTS corrections (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  device_id INT UNSIGNED NOT NULL,
  observed_ms BIGINT NOT NULL,
  register_name VARCHAR(16) NOT NULL,
  class VARCHAR(16) NOT NULL,
  before_value DOUBLE NULL,
  after_value DOUBLE NULL,
  energy_kwh DOUBLE NOT NULL,
  INDEX corrections_by_device (device_id, observed_ms)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;
