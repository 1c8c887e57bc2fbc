"""Pay a seller of a high level early."""

from dataclasses import dataclass

from ....ports.clock import Clock
from ....ports.language.events import OrderDelivered, PayoutDue
from ....ports.language.payments import Quarter, SalesVolume
from ....ports.language.rules import MarketRules
from ....ports.orders import Orders
from ....ports.outbox import Outbox
from ....ports.payments import SellerRecords
from ....ports.transaction import Transaction
from ..levels.seller_levels import level_of

_NOTHING = SalesVolume()


@dataclass(frozen=True, slots=True)
class PayEarly:
    """Has sellers of `early_payout_level` and above paid at the delivery, and not after the hold.

    The buyer can complain as long as with any other seller. A refund that is granted after the
    payout comes from the exchange's balance and becomes the seller's debt. A complaint that comes
    first freezes the payout as always. When the hold is over the payout falls due again, which
    changes nothing if it was paid.
    """

    transaction: Transaction
    orders: Orders
    seller_records: SellerRecords
    outbox: Outbox
    clock: Clock
    rules: MarketRules

    async def __call__(self, event: OrderDelivered) -> None:
        """Request the payout if the seller has the level now and nothing stops it."""
        if self.rules.early_payout_level == 0:
            return
        this = Quarter.of(self.clock.now())
        seller = event.seller_id
        records = await self.seller_records.of({seller}, {this, this.previous})
        now, before = (records.get((seller, each), _NOTHING) for each in (this, this.previous))
        if level_of(now, before, self.rules) < self.rules.early_payout_level:
            return
        async with self.transaction():
            order = await self.orders.get(event.order_id)
            if order.may_be_paid_out:
                await self.outbox.add(PayoutDue.of(order))
