"""The port to password hashing."""

from typing import Protocol

from .language.sources import NOWHERE, Source


class Passwords(Protocol):
    """Hashes and verifies passwords, slowly on purpose and off the event loop.

    Sources take turns, and trusted ones have turns of their own, so that one that asks all the time
    does not keep others waiting.

    Both methods raise InvalidText for a password over 72 bytes of UTF-8, and QueueFull if too many
    calls wait already.
    """

    async def hash(self, password: str, source: Source = NOWHERE) -> str:
        """Return a salted hash."""
        ...

    async def verify(
        self, password: str, password_hash: str | None, source: Source = NOWHERE
    ) -> bool:
        """Return whether the password has this hash. None takes as long and returns False."""
        ...
