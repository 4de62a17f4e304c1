-- Where a meter's raw rows begin: every row observed from before_ms on (a quarter hour) is there, and the states are those
-- of the registers after all that was observed earlier. What is left of the rows is folded from them. A state is not known
-- where rows were purged before this was kept: until what is left makes sure of it.
CREATE TABLE IF NOT EXISTS purge_edges (
  device_id INT UNSIGNED NOT NULL PRIMARY KEY,
  before_ms BIGINT NOT NULL,
  energy_state MEDIUMBLOB NOT NULL,
  co2_state MEDIUMBLOB NOT NULL,
  energy_known TINYINT NOT NULL,
  co2_known TINYINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;
