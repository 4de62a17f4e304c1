-- The retention goes by the specified column, which rows of other programs have, too.
ALTER TABLE cycle_time
  DROP INDEX IF EXISTS cycles_by_age,
  ADD INDEX IF NOT EXISTS cycles_by_wall_clock (stop);
