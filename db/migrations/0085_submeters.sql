-- What a sub-meter measures, the meter before it measures too: the site's totals leave it out.
ALTER TABLE devices ADD COLUMN IF NOT EXISTS is_submeter TINYINT(1) NOT NULL DEFAULT 0;
