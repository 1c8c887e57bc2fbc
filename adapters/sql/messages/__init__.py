"""Messages in the store: outbox, inbox, deadlines, deliveries and idempotency keys."""
