"""Built-in stand-ins for external services: they move no real money and send no messages."""
