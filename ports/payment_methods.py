"""The port to the cards that users have on file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from .language.cards import PaymentMethod
from .language.ids import PaymentMethodId, UserId


class PaymentMethods(Protocol):
    """Users' cards, also removed ones, so that a card is known again. Writes need a transaction.

    Which one is charged is a fact of the user: `User.payment_method`.
    """

    async def add(self, method: PaymentMethod) -> None:
        """Store a new card, whose token its user does not have yet."""
        ...

    async def remove(self, method_id: PaymentMethodId, at: datetime) -> None:
        """Note that a card was removed at this instant."""
        ...

    async def of(self, user_id: UserId) -> Sequence[PaymentMethod]:
        """Return the user's cards that are not removed, oldest first. Their number is limited."""
        ...

    async def ever_of(self, user_id: UserId) -> Sequence[PaymentMethod]:
        """Return all cards that the user has or had, oldest first."""
        ...

    async def find(self, method_id: PaymentMethodId) -> PaymentMethod | None:
        """Return a card, which may be removed, or None."""
        ...

    async def find_by_token(self, user_id: UserId, token: str) -> PaymentMethod | None:
        """Return the user's card with this token, which may be removed, or None."""
        ...

    async def has_had(self, user_id: UserId, fingerprint: str) -> bool:
        """Return whether the user has or had a card of this number."""
        ...
