"""The port to chance."""

from typing import Protocol


class Randomness(Protocol):
    """Makes secrets and jitter."""

    def secret(self) -> str:
        """Return a URL-safe text with at least 256 bits that nobody can guess."""
        ...

    def fraction(self) -> float:
        """Return a number from 0 up to but not including 1, good enough to spread retries."""
        ...
