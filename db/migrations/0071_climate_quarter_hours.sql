-- What the climate page draws, instead of a day of raw rows of every room for everybody who looks. bucket = UTC epoch
-- seconds / 900, in front of the device: one range holds the last day of all rooms. Older than the raw rows, as
-- quarter_hours is.
CREATE TABLE IF NOT EXISTS climate_quarter_hours (
  bucket INT UNSIGNED NOT NULL,
  device_id INT UNSIGNED NOT NULL,
  temperature_sum DOUBLE NOT NULL DEFAULT 0,
  temperature_samples INT UNSIGNED NOT NULL DEFAULT 0,
  humidity_sum DOUBLE NOT NULL DEFAULT 0,
  humidity_samples INT UNSIGNED NOT NULL DEFAULT 0,
  PRIMARY KEY (bucket, device_id),
  INDEX climate_quarter_hours_by_device (device_id, bucket)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

REPLACE INTO climate_quarter_hours
  (bucket, device_id, temperature_sum, temperature_samples, humidity_sum, humidity_samples)
SELECT CAST(FLOOR(UNIX_TIMESTAMP(t.timestamp) / 900) AS SIGNED) AS quarter, k.id, COALESCE(SUM(t.temperature), 0),
       COUNT(t.temperature), COALESCE(SUM(t.humidity), 0), COUNT(t.humidity)
  FROM temphumid t JOIN known_devices k ON k.uid = t.mac_address
 GROUP BY quarter, k.id;
