"""The port to password hashing."""

from typing import Protocol


class Passwords(Protocol):
    """Hashes and verifies passwords, slowly on purpose and off the event loop.

    Both methods raise InvalidText for a password over 72 bytes of UTF-8, and QueueFull if too many
    calls wait already.
    """

    async def hash(self, password: str) -> str:
        """Return a salted hash."""
        ...

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Return whether the password has this hash. None takes as long and returns False."""
        ...
