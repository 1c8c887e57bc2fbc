"""What a buyer is still owed of a refund."""

from ....ports.language.money import Cents
from ....ports.language.orders import Order
from ....ports.language.payments import Payment
from ....ports.payments import Ledger
from ..transfers import losses, refunded_otherwise_id
from .refund_transfers import refund_amount


async def refund_still_due(ledger: Ledger, order: Order, payment: Payment) -> Cents:
    """Return what is still to be refunded to the buyer, without what they got in another way.

    The payment does not have that, because it is still left of the charge at the provider.
    """
    otherwise: Cents = 0
    for number in range(payment.refund_declines + 1):
        paid = await ledger.find(refunded_otherwise_id(order.id, number))
        if paid is not None:
            otherwise += sum(e.amount for e in paid.entries if e.account == losses())
    return max(0, refund_amount(order, payment) - otherwise)
