"""The port to the payment provider."""

from collections.abc import Collection, Sequence
from typing import Protocol

from .language.ids import OrderId
from .language.money import Cents
from .language.movements import Movement
from .language.payments import (
    Charge,
    ChargeOutcome,
    FoundRefund,
    PayoutMade,
    PendingCharge,
    RefundMade,
    Webhook,
)


class PaymentProvider(Protocol):
    """Moves real money. Call it outside any transaction.

    Calls are idempotent: the same `key` with the same arguments has its effect once, and returns or
    raises the same result again. Only a pending charge can get another outcome. Every method raises
    Unavailable if the provider does not respond in time. In that case the effect is unknown, and
    repeating the same call resolves it.
    """

    async def charge(
        self, *, key: str, order_id: OrderId, payment_method: str, amount: Cents
    ) -> Charge | PendingCharge:
        """Charge a buyer into the platform's balance. Raises ChargeDeclined.

        A charge may be pending at first. Its outcome comes later: by webhook, by repeating the
        call, or from `find_charge`.
        """
        ...

    async def find_charge(self, order_id: OrderId) -> ChargeOutcome | None:
        """Return the current outcome of the order's charge.

        It is the successful one if there is any, otherwise the latest, or None if no request
        arrived.
        """
        ...

    async def refund(self, *, key: str, charge_id: str, amount: Cents) -> RefundMade:
        """Refund a buyer.

        Refunds never exceed their charge. Raises RefundDeclined if less than this amount is left,
        which may be due to unrequested refunds.
        """
        ...

    async def find_refund(self, refund_id: str) -> FoundRefund | None:
        """Return a refund as it is now, or None if there is none of this id."""
        ...

    async def refunds_of(self, charge_id: str) -> Sequence[FoundRefund]:
        """Return all refunds of a charge as they are now, oldest first."""
        ...

    async def pay_out(
        self, *, key: str, order_id: OrderId, account: str, amount: Cents
    ) -> PayoutMade:
        """Transfer money from the platform's balance to a seller.

        Raises PayoutDeclined if the account cannot be paid. If the platform's balance is too low,
        which the seller cannot fix, it raises Unavailable, and the call is retried.
        """
        ...

    async def balance(self) -> Cents:
        """Return what the provider holds for the platform.

        A negative balance is owed to the provider.
        """
        ...

    async def movements(self, after: str, limit: int) -> Sequence[Movement]:
        """Return a page of all money that it moved, oldest first, after the one at this place.

        The first page is after an empty place.
        """
        ...

    async def movements_of(self, order_ids: Collection[OrderId]) -> Sequence[Movement]:
        """Return all money that it moved for these orders, oldest first."""
        ...

    def parse_webhook(self, body: bytes, signature: str) -> Webhook:
        """Verify the signature over the raw body and return the event.

        Raises InvalidSignature, and InvalidText for a signed but malformed body.
        """
        ...

    def read_webhook(self, body: bytes) -> Webhook:
        """Return the event in a body whose signature was verified when it came.

        Raises InvalidText.
        """
        ...
