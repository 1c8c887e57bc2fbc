"""The transfer of a refund, by the provider's name of it."""

from ....ports.language.payments import Payment, Transfer
from ....ports.payments import Ledger
from ..transfers import unasked_refund_id


async def booked_refund(ledger: Ledger, payment: Payment, name: str) -> Transfer | None:
    """Return the transfer of a refund of an order, or None. Later parts of it have their own.

    The first that was requested has no name in its transfer. Those after a failed one do.
    """
    named = await ledger.find(unasked_refund_id(payment.order_id, name))
    if named is not None or name != payment.refund_id:
        return named
    return await ledger.find(f"{payment.order_id}:refund")
