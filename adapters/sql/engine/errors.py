"""Errors that are common to all databases."""

STORE = "the store"
"""The subject of `Unavailable` if the database is down."""


class Conflict(Exception):
    """A row violates a constraint. Only that statement was rolled back."""


class Unchanged(AssertionError):
    """A row that a transaction was to change is not there, so nothing was written."""
