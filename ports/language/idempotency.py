"""Idempotency keys of requests."""

from dataclasses import dataclass

from .ids import UserId


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's key for a request, with a fingerprint of the request.

    Two requests with the same user and key are the same request, unless their `scope`, which is
    the operation, or their `fingerprint` differs. Those are refused.
    """

    user_id: UserId
    scope: str
    key: str
    fingerprint: str

    @property
    def name(self) -> tuple[UserId, str]:
        """What identifies the request: user and key."""
        return self.user_id, self.key

    @property
    def request(self) -> tuple[str, str]:
        """What was asked: scope and fingerprint."""
        return self.scope, self.fingerprint
