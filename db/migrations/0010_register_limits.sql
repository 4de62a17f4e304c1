-- What a load can make in an hour, as a meter's readings back to its oldest checkpoint were judged. When its rated power
-- is changed they are judged once anew, and a late reading meets the limits that those around it have met.
ALTER TABLE meter_states
  ADD COLUMN IF NOT EXISTS energy_limit DOUBLE NULL,
  ADD COLUMN IF NOT EXISTS co2_limit DOUBLE NULL;
