"""Built-in stand-ins for external services: they move no real money, and messages are files."""
