"""Open an order for each match."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from ...ports.language.batch import OpenedOrder
from ...ports.language.market import Match
from ...ports.language.orders import Order, PaymentStatus
from ...ports.language.payments import Payment
from ...ports.language.rules import MarketRules
from ...ports.language.steps import MatchCreated
from ...ports.orders import OrderOpening
from ...ports.payments import FeeSchedule
from ...ports.users import NewestAddresses, PaymentAccounts
from .advance import advance


@dataclass(frozen=True, slots=True)
class OpenOrders(OrderOpening):
    """Opens one pending order for each match, with the match's id.

    The fees, the destination (the buyer's newest address) and the buyer's card are fixed at the
    match. The engine commits the order and its payment with the match.
    """

    fees: FeeSchedule
    newest_addresses: NewestAddresses
    payment_accounts: PaymentAccounts
    rules: MarketRules

    async def open(self, matches: Sequence[Match]) -> Sequence[OpenedOrder]:
        """Return the pending order of each match, in the order of the matches."""
        buyers = {match.buyer_id for match in matches}
        all_fees, addresses, cards = await asyncio.gather(
            self.fees.quote([(match.seller_id, match.price) for match in matches]),
            self.newest_addresses.of(buyers),
            self.payment_accounts.payment_methods(buyers),
        )
        opened = []
        for match, fees in zip(matches, all_fees, strict=True):
            taken = advance(None, MatchCreated(match, fees), match.matched_at, self.rules)
            opened.append(
                OpenedOrder(
                    order=taken.order,
                    payment=_payment(taken.order, cards.get(match.buyer_id)),
                    history=(taken.recorded,),
                    deadlines=taken.begins,
                    events=taken.events,
                    destination=addresses.get(match.buyer_id),
                )
            )
        return opened


def _payment(order: Order, payment_method: str | None) -> Payment:
    return Payment(
        order_id=order.id,
        buyer_id=order.buyer_id,
        amount=order.buyer_total,
        status=PaymentStatus.PENDING,
        created_at=order.matched_at,
        payment_method=payment_method,
    )
