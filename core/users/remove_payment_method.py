"""Remove a card."""

from dataclasses import dataclass, replace

from ...ports.clock import Clock
from ...ports.language.errors import LastCardInUse, NotFound
from ...ports.language.events import PaymentMethodRemoved
from ...ports.language.ids import PaymentMethodId
from ...ports.language.market import Side
from ...ports.language.paging import PageRequest
from ...ports.language.users import Actor
from ...ports.outbox import Outbox
from ...ports.payment_methods import PaymentMethods
from ...ports.quotes import Quotes
from ...ports.transaction import Transaction
from ...ports.users import Users, open_user


@dataclass(frozen=True, slots=True)
class RemovePaymentMethod:
    """A user removes one of their cards. If it was the default, the newest other one is charged.

    The only card stays while the user's bids stand. An order that is not charged yet names its card
    since the match: if the card was removed, the charge is declined.
    """

    transaction: Transaction
    users: Users
    payment_methods: PaymentMethods
    quotes: Quotes
    outbox: Outbox
    clock: Clock

    async def __call__(self, actor: Actor, method_id: PaymentMethodId) -> None:
        """Remove the card. The provider is told afterwards.

        Raises NotFound, LastCardInUse, AccountClosed.
        """
        async with self.transaction():
            user = await open_user(self.users, actor.user_id)
            cards = {card.id: card for card in await self.payment_methods.of(user.id)}
            removed = cards.pop(method_id, None)
            if removed is None:
                raise NotFound(what="payment method", id=method_id)
            if not cards and await self._bids_stand(actor):
                raise LastCardInUse
            await self.payment_methods.remove(method_id, self.clock.now())
            if user.payment_method == removed.token:
                others = [card.token for card in cards.values()]
                await self.users.save(replace(user, payment_method=others[-1] if others else None))
            await self.outbox.add(PaymentMethodRemoved(method_id, user.id))

    async def _bids_stand(self, actor: Actor) -> bool:
        page = await self.quotes.of_user(
            actor.user_id, Side.BID, PageRequest(limit=1), standing=True
        )
        return bool(page.items)
