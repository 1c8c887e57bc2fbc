"""The port to remembered requests."""

from datetime import datetime
from typing import Protocol

from .language.idempotency import IdempotencyKey


class IdempotencyKeys(Protocol):
    """Answers by idempotency key, for a day at least. Writes need a transaction."""

    async def find(self, key: IdempotencyKey) -> bytes | None:
        """Return the answer that was remembered, if any. Raises IdempotencyKeyReused."""
        ...

    async def remember(self, key: IdempotencyKey, answer: bytes, at: datetime) -> None:
        """Keep the answer. Raises Outdated if another request with the key came first."""
        ...

    async def forget(self, before: datetime) -> int:
        """Drop answers remembered before an instant and return how many."""
        ...
