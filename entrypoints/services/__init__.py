"""The services: every call of the exchange for other programs, over any transport."""
