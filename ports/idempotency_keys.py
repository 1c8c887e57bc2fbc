"""The port to remembered requests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from .language.ids import UserId


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's own name for a request, and what the request was.

    Two requests of one user and scope with one key are the same request; a different
    `fingerprint` then gives it away as another. `scope` is the operation.
    """

    user_id: UserId
    scope: str
    key: str
    fingerprint: str

    @property
    def name(self) -> tuple[UserId, str, str]:
        """What two requests share that a client calls the same."""
        return self.user_id, self.scope, self.key


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
