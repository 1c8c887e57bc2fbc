"""The port to what is stored of a person beside trades and money."""

from collections.abc import Sequence
from typing import Protocol

from .language.ids import UserId


class PersonalRecords(Protocol):
    """Records that are a user's alone, of all contexts. They go when the account is erased."""

    async def unerased(self, limit: int, after: UserId | None = None) -> Sequence[UserId]:
        """Return users whose accounts are closed and not erased, sorted, after a given one."""
        ...

    async def erase(self, user_id: UserId) -> None:
        """Delete addresses, cards, sessions, challenges, known places, API keys, preferences,
        notifications and what is known of the payout account. Needs a transaction.
        """
        ...
