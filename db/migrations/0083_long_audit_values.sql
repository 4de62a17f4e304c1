-- All that one change may hold: each of several lists of receivers nearly fills a TEXT.
ALTER TABLE audit_log
  MODIFY before_value MEDIUMTEXT NULL,
  MODIFY after_value MEDIUMTEXT NULL;
