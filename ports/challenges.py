"""The port to challenges."""

from typing import Protocol

from .language.challenges import Challenge, ChallengeKind
from .language.ids import UserId


class Challenges(Protocol):
    """The newest challenge of each kind to each user. Writes need a transaction.

    Whoever writes has locked the user before (`Users.get`), so a challenge is met once.
    """

    async def get(self, user_id: UserId, kind: ChallengeKind) -> Challenge | None:
        """Return the challenge, or None if there never was one."""
        ...

    async def find(self, secret_hash: str) -> Challenge | None:
        """Return the challenge that awaits this secret, late or not, or None."""
        ...

    async def put(self, challenge: Challenge) -> None:
        """Store or replace the user's challenge of this kind."""
        ...
