"""Messages that wait in the store: outbox, inbox, deadlines, deliveries, idempotency keys."""
