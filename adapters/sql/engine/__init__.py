"""How the store is connected, and all that differs between its engines."""
