"""The port to the payment provider."""

from typing import Protocol

from .language.ids import OrderId
from .language.money import Cents
from .language.payments import (
    Charge,
    ChargeOutcome,
    GatewayEvent,
    PayoutMade,
    PendingCharge,
    RefundMade,
)


class PaymentGateway(Protocol):
    """Moves real money. Call it outside any transaction.

    The same `key` with the same words has its effect once, and returns or raises the same again;
    only a pending charge becomes another outcome.
    Every method raises Unavailable when the provider does not answer in time: the effect may or may
    not have happened, and the same call again settles it.
    """

    async def charge(
        self, *, key: str, order_id: OrderId, payment_method: str, amount: Cents
    ) -> Charge | PendingCharge:
        """Charge a buyer into the platform's balance. Raises ChargeDeclined.

        A charge may be pending first. Its outcome comes later: by webhook, or by asking again with
        the same words or with `find_charge`.
        """
        ...

    async def find_charge(self, order_id: OrderId) -> ChargeOutcome | None:
        """Return what became of the order's charge so far.

        That is one that succeeded if any did, else the latest; None if no request arrived.
        """
        ...

    async def refund(self, *, key: str, charge_id: str, amount: Cents) -> RefundMade:
        """Give a buyer money back.

        Refunds never exceed their charge: raises RefundDeclined if less than this is left of it,
        which may be due to refunds that nobody here asked for.
        """
        ...

    async def pay_out(
        self, *, key: str, order_id: OrderId, account: str, amount: Cents
    ) -> PayoutMade:
        """Transfer money from the platform's balance to a seller.

        Raises PayoutDeclined where the account cannot be paid. Where the platform's balance does
        not reach, no seller can mend that: it raises Unavailable, and the call is made again.
        """
        ...

    async def balance(self) -> Cents:
        """Return what the provider holds for the platform; below zero, what it is owed."""
        ...

    def parse_webhook(self, body: bytes, signature: str) -> GatewayEvent:
        """Check the signature over the raw body and return the event.

        Raises InvalidSignature, and InvalidText for a signed body that makes no sense.
        """
        ...
