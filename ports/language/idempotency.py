"""A client's name for a request, by which a repetition is known."""

from dataclasses import dataclass

from .ids import UserId


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
