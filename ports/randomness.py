"""The port to randomness."""

from typing import Protocol


class Randomness(Protocol):
    """Generates secrets and jitter."""

    def secret(self) -> str:
        """Return an unguessable URL-safe text with at least 256 bits."""
        ...

    def fraction(self) -> float:
        """Return a number from 0 (inclusive) to 1 (exclusive), random enough to spread retries."""
        ...
