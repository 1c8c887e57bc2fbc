"""Errors that another transaction caused."""

from ...ports.language.errors import Outdated, Unavailable


def is_conflict(error: Exception) -> bool:
    """Whether another transaction caused an error, so that a retry at once may succeed."""
    return isinstance(error, Outdated) or (isinstance(error, Unavailable) and error.is_conflict)
