-- Who gets the summary of the past month by mail; empty: nobody. One row, id 1.
CREATE TABLE IF NOT EXISTS monthly_mail_settings (
  id INT NOT NULL PRIMARY KEY,
  monthly_mailreceiver TEXT NOT NULL DEFAULT ''
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;
INSERT IGNORE INTO monthly_mail_settings (id) VALUES (1);

-- The months whose summary went into the outbox, written in the same transaction: whichever process comes second finds
-- the row and sends nothing.
CREATE TABLE IF NOT EXISTS monthly_mails (
  month CHAR(7) NOT NULL PRIMARY KEY,
  queued_ms BIGINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4;
