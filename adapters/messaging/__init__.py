"""How messages are handled whatever brings them: once each, with retries and dead letters."""
