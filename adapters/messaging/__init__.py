"""Message handling for every event bus: once per consumer, with retries and dead letters."""
