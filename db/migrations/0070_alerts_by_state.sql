-- Every open page asks how many alerts are open, and how many wait for somebody: both are counted in an index alone,
-- however many there have been. The first is also how the retention finds those that were cleared long ago.
ALTER TABLE alerts
  ADD INDEX IF NOT EXISTS alerts_by_end (cleared_ms, raised_ms),
  ADD INDEX IF NOT EXISTS alerts_by_state (state, raised_ms);
