"""Count a decline against its buyer."""

from dataclasses import dataclass

from ....ports.clock import Clock
from ....ports.language.events import BuyerBarred
from ....ports.language.payments import Decline, Payment
from ....ports.language.rules import MarketRules
from ....ports.language.users import BidBar
from ....ports.outbox import Outbox
from ....ports.payments import Declines


@dataclass(frozen=True, slots=True)
class CountDecline:
    """Bars a buyer from bidding at the third decline within 30 days.

    The bar lasts until fewer than three declines lie within the last 30 days. Only declines by the
    provider count, once per order: no outages, no delays of the exchange and no expired payment
    windows. It needs a transaction.
    """

    declines: Declines
    outbox: Outbox
    clock: Clock
    rules: MarketRules

    async def __call__(self, payment: Payment, reason: str) -> None:
        """Store a payment's decline, and bar its buyer if the limit is reached."""
        now, buyer_id = self.clock.now(), payment.buyer_id
        if not await self.declines.add(Decline(payment.order_id, buyer_id, now, reason)):
            return
        lately = await self.declines.since(buyer_id, now - self.rules.decline_window)
        if len(lately) < self.rules.max_declines:
            return
        oldest_that_counts = lately[self.rules.max_declines - 1]
        until = oldest_that_counts.at + self.rules.decline_window
        await self.declines.bar(BidBar(buyer_id, len(lately), until))
        await self.outbox.add(BuyerBarred(buyer_id, len(lately), until))
