"""What the engine's modules raise, whichever database they talk to."""

STORE = "the store"
"""What is `Unavailable` when the database is."""


class Conflict(Exception):
    """A constraint of the schema refused a row. Only that statement was undone."""
