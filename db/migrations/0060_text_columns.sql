-- Texts of the small tables as wide as the pages accept them, in the one character set: an older system had them
-- narrower, or in latin1, or in a collation that does not mix with that of our own tables.
UPDATE accounts SET role = 'user', createdDate = createdDate WHERE role IS NULL;
ALTER TABLE accounts
  MODIFY username VARCHAR(255) CHARACTER SET utf8mb4 NOT NULL,
  MODIFY email VARCHAR(255) CHARACTER SET utf8mb4 NOT NULL,
  MODIFY role VARCHAR(50) CHARACTER SET utf8mb4 NOT NULL DEFAULT 'user';

UPDATE devices SET mcu_type = COALESCE(mcu_type, ''), location = COALESCE(location, ''), createdDate = createdDate
 WHERE mcu_type IS NULL OR location IS NULL;
ALTER TABLE devices
  MODIFY mcu_type VARCHAR(255) CHARACTER SET utf8mb4 NOT NULL DEFAULT '',
  MODIFY location VARCHAR(255) CHARACTER SET utf8mb4 NOT NULL DEFAULT '',
  MODIFY name VARCHAR(255) CHARACTER SET utf8mb4 NULL,
  MODIFY group_name VARCHAR(255) CHARACTER SET utf8mb4 NULL;

ALTER TABLE settings
  MODIFY utils_mailreceiver TEXT CHARACTER SET utf8mb4 NULL,
  MODIFY temphumid_mailreceiver TEXT CHARACTER SET utf8mb4 NULL,
  MODIFY cc_mailreceiver TEXT CHARACTER SET utf8mb4 NULL,
  MODIFY mail_sender VARCHAR(255) CHARACTER SET utf8mb4 NULL;
