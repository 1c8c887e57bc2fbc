"""Idempotency keys of requests."""

from dataclasses import dataclass

from .ids import UserId


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's key for a request, with a fingerprint of the request.

    Two requests with the same user, scope and key are the same request, unless their `fingerprint`
    differs. `scope` is the operation.
    """

    user_id: UserId
    scope: str
    key: str
    fingerprint: str

    @property
    def name(self) -> tuple[UserId, str, str]:
        """What identifies the request: user, scope and key."""
        return self.user_id, self.scope, self.key
