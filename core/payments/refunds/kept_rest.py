"""What is left in the escrow of a refunded order, and who keeps it."""

from ....ports.language.money import Cents
from ....ports.language.orders import Order
from ....ports.language.payments import Account, AccountKind
from ....ports.payments import Ledger
from ..lock_trade import Trade
from ..transfers import escrow, losses


async def rest_of_escrow(ledger: Ledger, trade: Trade) -> Cents:
    """Return what the escrow holds beyond the share of a seller who is still paid from it.

    It is negative if the escrow lacks something.
    """
    order = trade.order
    (held,) = await ledger.lock(escrow(order.id))
    is_sellers = order.exchange_pays and trade.payout is None
    return held - order.buyer_total if is_sellers else held


def keeper(order: Order) -> Account:
    """Return the account that keeps what a refund leaves in the escrow.

    A buyer who bears the refund does not get the shipping back.
    """
    return losses() if order.exchange_pays else Account(AccountKind.SHIPPING)
