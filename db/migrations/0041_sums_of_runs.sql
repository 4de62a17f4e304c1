-- The report's totals are over the whole selection, at every page: they come from this index alone.
ALTER TABLE utils
  ADD INDEX IF NOT EXISTS utils_sums (start, total_run);
