"""What people do at the embedded provider itself, without the exchange having asked for it."""

from dataclasses import dataclass

from ...ports.language.errors import PayoutDeclined, RefundDeclined
from ...ports.language.ids import OrderId
from ...ports.language.money import Cents
from ...ports.language.payments import Charge, PayoutMade, RefundMade
from . import tokens
from .journal import Journal
from .provider import Call, Operation, Outcome, Provider, Request


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Moves money at the provider as its own pages would, for operators and tests.

    Each act is a call in the journal, beside those of the exchange, and is reported by a webhook
    like them (`EmbeddedPaymentGateway.webhook_events`). Amounts are in cents, above zero.
    """

    journal: Journal

    async def charge(self, order_id: OrderId | None, amount: Cents) -> Charge:
        """Charge somebody, for an order or for none."""
        call = await self._act(Operation.CHARGE, tokens.CARD, amount, order_id)
        return Charge(call.charge_id, call.moved)

    async def refund(self, charge_id: str, amount: Cents) -> RefundMade:
        """Give back a part of a charge, or all of it.

        Raises RefundDeclined if less is left, AssertionError for a charge that never was.
        """
        call = await self._act(Operation.REFUND, charge_id, amount)
        if call.outcome is Outcome.DECLINED:
            raise RefundDeclined(reason=call.reason or "declined")
        return RefundMade(call.refund_id, call.moved)

    async def pay_out(
        self, order_id: OrderId | None, amount: Cents, account: str = tokens.ACCOUNT
    ) -> PayoutMade:
        """Pay a seller, for an order or for none. Raises PayoutDeclined."""
        call = await self._act(Operation.PAYOUT, account, amount, order_id)
        if call.outcome is Outcome.DECLINED:
            raise PayoutDeclined(reason=call.reason or "declined")
        return PayoutMade(call.payout_id, call.moved)

    async def return_payout(self, payout_id: str) -> None:
        """Have the bank of a payout that was paid send all of it back, once.

        Raises AssertionError for one that was never paid, or came back already.
        """

        def work(provider: Provider) -> Call:
            paid = provider.find_payout(payout_id)
            request = _request(
                provider, Operation.PAYOUT_RETURN, payout_id, paid.moved, paid.request.order_id
            )
            return provider.settle(request)

        await self.journal.consult(work)

    async def _act(
        self,
        operation: Operation,
        target: str,
        amount: Cents,
        order_id: OrderId | None = None,
    ) -> Call:
        return await self.journal.consult(
            lambda provider: provider.settle(
                _request(provider, operation, target, amount, order_id)
            )
        )


def _request(
    provider: Provider,
    operation: Operation,
    target: str,
    amount: Cents,
    order_id: OrderId | None,
) -> Request:
    """Return a request under a key that no other call has."""
    key = f"dashboard:{len(provider.calls) + 1}"
    return Request(key, operation, target, amount, order_id)
