"""The port to the payment provider."""

from collections.abc import Collection, Sequence
from typing import Protocol

from .language.ids import OrderId
from .language.money import Cents
from .language.movements import Movement
from .language.payments import (
    AcceptedCharge,
    ChargeOutcome,
    FoundRefund,
    PayoutMade,
    RefundMade,
    Webhook,
)


class PaymentProvider(Protocol):
    """Moves real money. Call it outside any transaction.

    Calls are idempotent: the same `key` with the same arguments has its effect once, and returns or
    raises the same result again. Only a charge that is pending or needs the buyer can get another
    outcome. Every method raises Unavailable if the provider does not respond in time. In that case
    the effect is unknown, and repeating the same call resolves it.
    """

    async def charge(
        self,
        *,
        key: str,
        order_id: OrderId,
        payment_method: str,
        amount: Cents,
        description: str = "",
        statement: str = "",
    ) -> AcceptedCharge:
        """Charge a buyer into the platform's balance. Raises ChargeDeclined.

        The buyer is not there. A charge may be pending at first, or need the buyer, who gets a
        link. Its outcome comes later: by webhook, by repeating the call, or from `find_charge`.

        The provider shows the `description` to the buyer and to staff, and the bank the
        `statement` (see core/payments/charges/charge_texts.py for its limits).
        """
        ...

    async def find_charge(self, order_id: OrderId) -> ChargeOutcome | None:
        """Return the current outcome of the order's charge.

        It is the successful one if there is any, otherwise the latest, or None if no request
        arrived.
        """
        ...

    async def cancel_charge(
        self, order_id: OrderId, charge_id: str | None = None
    ) -> ChargeOutcome | None:
        """Let nobody pay for the order any more, and return what is true afterwards.

        A charge that succeeded stays, and is returned. So is a declined one, if there is no other.
        A charge that waited for the buyer is cancelled. One that is pending cannot be cancelled: it
        is returned, and its outcome comes later. None means that no request arrived. Repeating the
        call is harmless. `charge_id` is the charge that waited for the buyer, if it is known.
        """
        ...

    async def receipt(self, charge_id: str) -> str | None:
        """Return the page with the receipt of a charge, or None if the provider has none.

        Raises AssertionError if there is no such charge.
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
