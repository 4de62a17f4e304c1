-- How far the purge has gone, whatever the retention is today: what is older is gone, and must not count again. One row.
CREATE TABLE IF NOT EXISTS purge_cutoff (
  id TINYINT NOT NULL PRIMARY KEY,
  cutoff_ms BIGINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;
