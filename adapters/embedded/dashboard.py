"""What is moved at the embedded provider without the exchange asking."""

from dataclasses import dataclass
from datetime import datetime

from ...ports.language.errors import PayoutDeclined, RefundDeclined
from ...ports.language.ids import OrderId
from ...ports.language.invariants import ensure
from ...ports.language.money import Cents
from ...ports.language.payments import Charge, PayoutMade, RefundMade
from . import tokens
from .account_records import NOT_COMPLETE
from .calls import Call, Request
from .dispute_desk import decide
from .disputes import dispute_key
from .journal import Journal
from .operations import Operation
from .outcomes import NOT_AUTHENTICATED, Outcome
from .provider import Provider

_BANK = "bank_of_the_exchange"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Moves money at the provider as its web dashboard would, for operators and tests.

    Each action is a call in the journal, like the exchange's own calls, and is reported by a
    webhook (`EmbeddedPaymentProvider.webhooks`). Amounts are in minor units, above zero.
    """

    journal: Journal

    async def charge(self, order_id: OrderId | None, amount: Cents) -> Charge:
        """Charge a card, for an order or for none."""
        call = await self._act(Operation.CHARGE, tokens.CARD, amount, order_id)
        return Charge(call.charge_id, call.moved)

    async def authenticate(self, name: str, *, passes: bool) -> str:
        """Let a buyer pass or fail the authentication of a charge, and return the charge's id.

        It is named by its id or its order. Raises AssertionError if it does not wait for its buyer.
        """
        decision = (Outcome.DONE, None) if passes else (Outcome.DECLINED, NOT_AUTHENTICATED)

        def work(provider: Provider) -> str:
            call = Call(provider.waiting.named(name).request, *decision)
            provider.apply(call)
            return call.charge_id

        return await self.journal.consult(work)

    async def refund(self, charge_id: str, amount: Cents) -> RefundMade:
        """Refund a charge in part or in full.

        Raises RefundDeclined if less is left, AssertionError if there is no such charge.
        """
        call = await self._act(Operation.REFUND, charge_id, amount)
        if call.outcome is Outcome.DECLINED:
            raise RefundDeclined(reason=call.reason or "declined")
        return RefundMade(call.refund_id, call.moved)

    async def fail_refund(self, refund_id: str) -> None:
        """Let the buyer's bank return a refund.

        Raises AssertionError if it was never made or has failed already.
        """
        await self.journal.consult(lambda provider: provider.fail_refund(refund_id))

    async def pay_out(
        self, order_id: OrderId | None, amount: Cents, account: str = tokens.ACCOUNT
    ) -> PayoutMade:
        """Pay a seller, for an order or for none. Raises PayoutDeclined."""
        call = await self._act(Operation.PAYOUT, account, amount, order_id)
        if call.outcome is Outcome.DECLINED:
            raise PayoutDeclined(reason=call.reason or "declined")
        return PayoutMade(call.payout_id, call.moved)

    async def return_payout(self, payout_id: str, amount: Cents | None = None) -> None:
        """Let the bank return a paid payout, or a part of it. The default is all that is left.

        Raises AssertionError if the payout was never paid or less is left of it.
        """

        def work(provider: Provider) -> Call:
            paid = provider.find_payout(payout_id)
            left = provider.left_of(payout_id)
            ensure(left, f"the payout {payout_id} was returned already")
            back = left if amount is None else amount
            order_id = paid.request.order_id
            return provider.settle(
                _request(provider, Operation.PAYOUT_RETURN, payout_id, back, order_id)
            )

        await self.journal.consult(work)

    async def dispute(self, charge_id: str, amount: Cents, at: datetime) -> str:
        """Let the buyer's bank dispute a charge, in part or in full, and return the dispute's id.

        Raises AssertionError if less is left of it, or there is no such charge.
        """
        return await self._open(Operation.DISPUTE, charge_id, amount, at, "fraudulent")

    async def inquire(self, charge_id: str, amount: Cents, at: datetime) -> str:
        """Let the buyer's bank ask about a charge, and return the inquiry's id.

        Raises AssertionError like `dispute`.
        """
        return await self._open(Operation.INQUIRY, charge_id, amount, at, "general")

    async def decide_dispute(self, dispute_id: str, *, won: bool) -> None:
        """Let the bank decide a dispute or close an inquiry.

        Raises AssertionError if it has decided already, or there is no such dispute.
        """
        await self.journal.consult(lambda provider: decide(provider, dispute_id, won=won))

    async def withdraw(self, amount: Cents) -> str:
        """Send money to the exchange's own bank, and return the withdrawal's id."""
        return (await self._act(Operation.WITHDRAWAL, _BANK, amount)).movement_id

    async def return_withdrawal(self, withdrawal_id: str) -> None:
        """Let that bank return a withdrawal.

        Raises AssertionError if it was never made or was returned already.
        """

        def work(provider: Provider) -> Call:
            amount = provider.find_withdrawal(withdrawal_id).moved
            operation = Operation.WITHDRAWAL_FAILURE
            return provider.settle(_request(provider, operation, withdrawal_id, amount, None))

        await self.journal.consult(work)

    async def top_up(self, amount: Cents) -> str:
        """Add money from the exchange's own bank, and return the top-up's id."""
        return (await self._act(Operation.TOP_UP, _BANK, amount)).movement_id

    async def take_fee(self, amount: Cents) -> str:
        """Take a fee that is for no single charge, and return its id."""
        return (await self._act(Operation.FEE, _BANK, amount)).movement_id

    async def complete_account(self, account: str) -> None:
        """Let a seller tell all that is required. Raises AssertionError for an unknown account."""
        await self._change(Operation.ACCOUNT_COMPLETION, account)

    async def restrict_account(self, account: str) -> None:
        """Require more of a seller, until which the account cannot be paid.

        Raises AssertionError for an unknown account.
        """
        await self._change(Operation.ACCOUNT_RESTRICTION, account, NOT_COMPLETE)

    async def _change(self, operation: Operation, account: str, *more: str) -> None:
        def work(provider: Provider) -> Call:
            known = provider.accounts.is_known(account)
            ensure(known, f"the provider has no account {account}")
            return provider.settle(
                _request(provider, operation, " ".join((account, *more)), 0, None)
            )

        await self.journal.consult(work)

    async def _open(
        self, operation: Operation, charge_id: str, amount: Cents, at: datetime, reason: str
    ) -> str:
        def work(provider: Provider) -> Call:
            key = dispute_key(len(provider.calls) + 1, reason, at)
            return provider.settle(Request(key, operation, charge_id, amount))

        return (await self.journal.consult(work)).dispute_id

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
    """Return a request with a unique key."""
    key = f"dashboard:{len(provider.calls) + 1}"
    return Request(key, operation, target, amount, order_id)
