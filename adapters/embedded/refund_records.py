"""The refunds at the embedded provider, and those of them that failed."""

from collections import Counter

from ...ports.language.ids import OrderId
from ...ports.language.invariants import ensure
from ...ports.language.money import Cents
from ...ports.language.payments import FoundRefund, RefundState
from . import tokens
from .calls import Call


class RefundRecords:
    """The calls that made refunds and let them fail, derived from the journal."""

    def __init__(self) -> None:
        self._made: dict[str, Call] = {}
        self._failed: dict[str, Call] = {}
        self._refunded: Counter[str] = Counter()

    def add(self, refund: Call) -> None:
        """Note that a refund was made."""
        self._made[refund.refund_id] = refund
        self._refunded[refund.charge_id] += refund.moved

    def add_failure(self, failure: Call) -> None:
        """Note that a refund has failed."""
        self._failed[failure.refund_id] = failure
        self._refunded[self._made[failure.refund_id].charge_id] -= failure.moved

    def why_not(self, charge_id: str, left: Cents, amount: Cents) -> str | None:
        """Return why so much of a charge cannot be refunded, or None. `left` is what it was."""
        left -= self._refunded[charge_id]
        if amount <= left:
            return None
        return "amount_too_large" if left else "charge_already_refunded"

    def refunded(self, charge_id: str) -> Cents:
        """Return what was refunded of a charge."""
        return self._refunded[charge_id]

    def made(self, refund_id: str) -> Call | None:
        """Return the call that made a refund, or None."""
        return self._made.get(refund_id)

    def of_charge(self, charge_id: str) -> list[str]:
        """Return the ids of the refunds of a charge, oldest first."""
        return [name for name, refund in self._made.items() if refund.charge_id == charge_id]

    def charge_of(self, refund_id: str) -> str | None:
        """Return the charge of a refund, or None if it was not made."""
        refund = self._made.get(refund_id)
        return None if refund is None else refund.charge_id

    def is_to_fail(self, refund_id: str, card: str) -> bool:
        """Return whether a refund shall fail when it is asked for."""
        return card == tokens.CARD_WHOSE_REFUNDS_FAIL and refund_id not in self._failed

    def left_to_fail(self, refund_id: str) -> Call:
        """Return a refund that can fail.

        Raises AssertionError if there is none, or it has failed already.
        """
        ensure(refund_id in self._made, f"the provider made no refund {refund_id}")
        ensure(refund_id not in self._failed, f"the refund {refund_id} has failed already")
        return self._made[refund_id]

    def as_it_is(self, refund: Call, card: str, order_id: OrderId | None) -> FoundRefund:
        """Return a refund of a charge of a card."""
        failure = self._failed.get(refund.refund_id)
        state = RefundState.MADE
        if failure is not None:
            state = RefundState.FAILED
        elif card == tokens.CARD_WHOSE_REFUNDS_ARE_PENDING:
            state = RefundState.PENDING
        reason = None if failure is None else failure.reason
        return FoundRefund(
            refund.refund_id, refund.charge_id, refund.moved, state, order_id, reason
        )
