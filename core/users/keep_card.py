"""Keep a card that the payment provider has verified."""

from dataclasses import dataclass, replace

from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.cards import PaymentMethod, SavedCard
from ...ports.language.errors import AccountClosed, CardRefused, TooManyPaymentMethods
from ...ports.language.events import PaymentMethodRemoved
from ...ports.language.ids import PaymentMethodId, UserId
from ...ports.language.users import User
from ...ports.outbox import Outbox
from ...ports.payment_methods import PaymentMethods
from ...ports.payments import Declines
from ...ports.transaction import Transaction
from ...ports.users import Users

MAX_CARDS = 10
"""The cards that a user can have on file."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A card that is on file, and its user after that."""

    user: User
    method: PaymentMethod


@dataclass(frozen=True, slots=True)
class KeepCard:
    """Puts a verified card on file, once. A user can have 10.

    A user's first card is their default, which is charged. A card of a number that the user has
    never had ends a bar on bidding because of declined cards, and is the default from then on,
    because the default was declined. Without a fingerprint, every new card is of another number.
    A card that was removed does not come back. A closed account gets none: its setup may have begun
    before, and the provider is told to forget the card.
    """

    transaction: Transaction
    users: Users
    payment_methods: PaymentMethods
    declines: Declines
    outbox: Outbox
    clock: Clock
    ids: Ids

    async def __call__(self, user_id: UserId, card: SavedCard, *, as_default: bool) -> Kept:
        """Return the card and its user.

        Raises CardRefused, NotFound, TooManyPaymentMethods, AccountClosed. A card that is one too
        many, or of a closed account, is taken from the provider again.
        """
        async with self.transaction():
            user = await self.users.get(user_id)
            if user.closed_at is None:
                kept, is_new = await self._keep(user, card, as_default=as_default)
            else:
                kept, is_new = None, False
                await self._refuse(user_id, card)
        if kept is None:  # raised here, so that the provider is told
            raise AccountClosed(id=user_id)
        if kept.method.removed_at is None:
            return kept
        raise TooManyPaymentMethods(limit=MAX_CARDS) if is_new else CardRefused(reason="removed")

    async def _refuse(self, user_id: UserId, card: SavedCard) -> None:
        """Let the provider forget a card, unless it is on file: it may be charged yet."""
        if await self.payment_methods.find_by_token(user_id, card.token) is None:
            never_stored = PaymentMethodId(self.ids.new())
            await self.outbox.add(PaymentMethodRemoved(never_stored, user_id, card.token))

    async def _keep(self, user: User, card: SavedCard, *, as_default: bool) -> tuple[Kept, bool]:
        """Return the card, which may be removed, and whether it is new."""
        method = await self.payment_methods.find_by_token(user.id, card.token)
        is_new = method is None
        if method is None:
            ends_bar = await self._ends_bar(user.id, card)
            method = await self._add(user.id, card)
            if ends_bar and method.removed_at is None:
                await self.declines.forgive(user.id, self.clock.now())
                as_default = True
        if method.removed_at is None and (as_default or user.payment_method is None):
            user = replace(user, payment_method=method.token)
            await self.users.save(user)
        return Kept(user, method), is_new

    async def _add(self, user_id: UserId, card: SavedCard) -> PaymentMethod:
        """Store a card, which is removed at once if there are too many."""
        now = self.clock.now()
        is_one_too_many = len(await self.payment_methods.of(user_id)) >= MAX_CARDS
        method = PaymentMethod(
            id=PaymentMethodId(self.ids.new()),
            user_id=user_id,
            token=card.token,
            # The number of one that was never on file may end a bar later.
            details=replace(card.details, fingerprint=None) if is_one_too_many else card.details,
            created_at=now,
            removed_at=now if is_one_too_many else None,
        )
        await self.payment_methods.add(method)
        if is_one_too_many:
            await self.outbox.add(PaymentMethodRemoved(method.id, user_id))
        return method

    async def _ends_bar(self, user_id: UserId, card: SavedCard) -> bool:
        bar = await self.declines.find_bar(user_id)
        if bar is None or self.clock.now() >= bar.until:
            return False
        fingerprint = card.details.fingerprint
        return fingerprint is None or not await self.payment_methods.has_had(user_id, fingerprint)
