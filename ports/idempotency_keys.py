"""The port to stored responses of idempotency keys."""

from datetime import datetime
from typing import Protocol

from .language.idempotency import IdempotencyKey


class IdempotencyKeys(Protocol):
    """Responses by idempotency key, kept for at least a day. Writes need a transaction."""

    async def find(self, key: IdempotencyKey) -> bytes | None:
        """Return the stored response, or None. Raises IdempotencyKeyReused."""
        ...

    async def remember(self, key: IdempotencyKey, answer: bytes, at: datetime) -> None:
        """Store the response. Raises Outdated if a concurrent request with the key came first."""
        ...

    async def forget(self, before: datetime) -> int:
        """Delete a portion of the responses stored before an instant, and return their number."""
        ...
