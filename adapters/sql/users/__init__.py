"""The store of the users context."""
