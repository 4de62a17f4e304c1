-- What the purge needs of an index over the time of receipt, which would cost every row that comes in: stretches of
-- ids, which grow with the time of receipt or nearly so, and the oldest receipt in each.
CREATE TABLE IF NOT EXISTS receipt_blocks (
  last_id BIGINT NOT NULL PRIMARY KEY,
  after_id BIGINT NOT NULL,
  oldest_ms BIGINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;
ALTER TABLE power_monitoring DROP INDEX IF EXISTS power_by_receipt;
