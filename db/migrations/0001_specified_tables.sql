-- The eight tables as users know them: names and columns are fixed, other programs read and fill them.
-- IF NOT EXISTS, because a database that the Python system filled already has them.
CREATE TABLE IF NOT EXISTS accounts (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  username VARCHAR(255) NOT NULL,
  email VARCHAR(255) NOT NULL,
  password VARCHAR(255) NOT NULL,
  role VARCHAR(50) NOT NULL DEFAULT 'user',
  createdDate TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS devices (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  mac_address VARCHAR(64) NOT NULL,
  mcu_type VARCHAR(255) NOT NULL DEFAULT '',
  location VARCHAR(255) NOT NULL DEFAULT '',
  createdDate TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

-- A finished machine run; start and stop are UTC epoch seconds, total_run is in seconds.
CREATE TABLE IF NOT EXISTS utils (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  mac_address VARCHAR(64) NOT NULL,
  start BIGINT NOT NULL,
  stop BIGINT NOT NULL,
  cycle_count BIGINT NOT NULL,
  total_run BIGINT NOT NULL,
  timestamp TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

-- One sample of a meter: V, A, W, Hz, power factor, cumulative kWh and kg of CO2. rtc is the meter's wall clock
-- as it was sent, timestamp the time of receipt.
CREATE TABLE IF NOT EXISTS power_monitoring (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uid VARCHAR(64) NOT NULL,
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
  timestamp TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

-- A run cycle of a meter; start and stop are site wall clock, duration is HH:MM:SS with hours that can pass 99.
CREATE TABLE IF NOT EXISTS cycle_time (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  uid VARCHAR(64) NOT NULL,
  start DATETIME NOT NULL,
  stop DATETIME NOT NULL,
  duration VARCHAR(16) NOT NULL,
  cycle_count BIGINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

-- One row, id 1. utils_min_duration is in hours, max_temperature in °C, max_humidity in %.
CREATE TABLE IF NOT EXISTS settings (
  id INT NOT NULL PRIMARY KEY,
  utils_min_duration FLOAT NULL,
  utils_mailreceiver TEXT NULL,
  max_temperature FLOAT NULL,
  max_humidity FLOAT NULL,
  temphumid_mailreceiver TEXT NULL,
  cc_mailreceiver TEXT NULL,
  mail_sender VARCHAR(255) NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

-- A maintenance mail that was sent: the multiple of utils_min_duration that was passed, the seconds run by then.
CREATE TABLE IF NOT EXISTS utils_notification_log (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  mac_address VARCHAR(64) NOT NULL,
  multiple BIGINT NOT NULL,
  total_run BIGINT NOT NULL,
  timestamp TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS temphumid (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  mac_address VARCHAR(64) NOT NULL,
  temperature FLOAT NULL,
  humidity FLOAT NULL,
  timestamp TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;
