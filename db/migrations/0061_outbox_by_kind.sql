-- The senders of mails and of webhooks each look for their own: what waits for one must not cost the other.
ALTER TABLE outbox
  ADD INDEX IF NOT EXISTS outbox_due_by_kind (kind, state, next_attempt_ms),
  DROP INDEX IF EXISTS outbox_due;
