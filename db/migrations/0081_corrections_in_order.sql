-- Corrections of one moment are listed in the order of what they say, not of when they were written: readings that
-- come late, and a rebuild, write them in another one. The index holds that order, so that a page reads its rows alone.
ALTER TABLE corrections
  ADD INDEX IF NOT EXISTS corrections_in_order (device_id, observed_ms, register_name, class, before_value, after_value),
  DROP INDEX IF EXISTS corrections_by_device;
