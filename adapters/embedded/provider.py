"""The embedded payment provider: its state, derived from every call that was made."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from ...ports.language.ids import OrderId
from ...ports.language.invariants import ensure
from ...ports.language.money import Cents
from ...ports.language.payments import Charge, ChargeOutcome, FoundRefund
from . import tokens
from .account_records import AccountRecords
from .calls import Call, Request, outcome_of
from .card_records import CardRecords
from .disputes import HeldDisputes
from .operations import OF_DISPUTES, OF_THE_EXCHANGE, OPENING_DISPUTES, Operation
from .outcomes import DECIDED, SPECIAL, UNDECIDED, Outcome
from .refund_records import RefundRecords
from .waiting_charges import WaitingCharges


class Provider:
    """Decides the outcome of each request. Its state is derived from `calls`, in order."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.balance: Cents = 0
        self.accounts = AccountRecords()
        self.cards = CardRecords()
        self.refunds = RefundRecords()
        self._latest: dict[str, Call] = {}
        self._numbers: defaultdict[OrderId, list[int]] = defaultdict(list)
        """By order, the indexes of its calls."""
        self._charges: dict[str, Call] = {}
        self._charge_of_order: dict[OrderId, Charge] = {}
        self._asked_for_order: dict[OrderId, Call] = {}
        self.waiting = WaitingCharges()
        self._payouts: dict[str, Call] = {}
        self._withdrawals: dict[str, Call] = {}
        self._returned: Counter[str] = Counter()
        self.disputes = HeldDisputes()

    def settle(self, request: Request) -> Call:
        """Carry out a request, once per key, and return the call with its outcome.

        A refund of more than is left of its charge is declined, because there may have been refunds
        that the caller does not know of. Raises AssertionError for a key that was used with another
        request, and for an unknown charge or payout. A payout may make the balance negative.
        """
        ensure(request.amount > 0 or not request.operation.moves_money, request)
        earlier = self._latest.get(request.key)
        if earlier is not None:
            ensure(earlier.request == request, f"{request} under the key of {earlier.request}")
            if earlier.outcome is Outcome.ANSWER_LOST:
                return replace(earlier, outcome=Outcome.DONE)
            if earlier.outcome in UNDECIDED and not request.operation.is_about_cards:
                return self._decide_later(earlier)
            if earlier.outcome is not Outcome.REQUEST_LOST:
                return earlier
        outcome, reason = self._decide(request)
        if earlier is not None:
            outcome = Outcome.DONE
        call = Call(request, outcome, reason)
        shortage = self._shortage(call) if call.took_effect else None
        if shortage is not None:
            call = Call(request, Outcome.DECLINED, shortage)
        self.apply(call)
        return call

    def apply(self, call: Call) -> None:
        """Apply a settled call to the state: a new one, or one read from the journal."""
        request = call.request
        self.calls.append(call)
        self._latest[request.key] = call
        arrived = call.outcome is not Outcome.REQUEST_LOST
        if request.operation is Operation.CHARGE and arrived and request.order_id is not None:
            self._asked_for_order[request.order_id] = call
        if request.operation is Operation.CHARGE:
            self.waiting.apply(call)
        if request.operation.is_about_accounts:
            self.accounts.apply(request.operation, request.target, call.id)
        elif request.operation.is_about_cards:
            self.cards.apply(request.operation, request.target, call.id, call.outcome, call.reason)
        elif call.took_effect:
            self._move(call)

    def _move(self, call: Call) -> None:
        request = call.request
        # The charge of a refund is known already, and that of a charge is the call itself.
        if request.operation in OPENING_DISPUTES:
            self._open_dispute(call)
        if call.moved_money and (order_id := self.order_of(call)) is not None:
            self._numbers[order_id].append(len(self.calls) - 1)
        match request.operation:
            case Operation.CHARGE:
                self.balance += call.moved - call.fee
                self._charges[call.charge_id] = call
                if request.order_id is not None:
                    charge = Charge(call.charge_id, call.moved)
                    self._charge_of_order.setdefault(request.order_id, charge)
            case Operation.REFUND:
                self.balance -= call.moved
                self.refunds.add(call)
            case Operation.REFUND_FAILURE:
                self.balance += call.moved
                self.refunds.add_failure(call)
            case Operation.PAYOUT:
                self.balance -= call.moved
                self._payouts[call.payout_id] = call
            case Operation.PAYOUT_RETURN:
                self.balance += call.moved
                self._returned[request.target] += call.moved
            case Operation.DISPUTE:
                self.balance -= call.moved
            case Operation.DISPUTE_REVERSAL:
                self.balance += call.moved
                self.disputes.close(request.target, won=True)
            case Operation.DISPUTE_LOSS:
                self.disputes.close(request.target, won=False)
            case Operation.DISPUTE_EVIDENCE:
                self.disputes.answer(request.target)
            case Operation.INQUIRY:
                pass
            case operation:
                self.balance += OF_THE_EXCHANGE[operation] * call.moved
                self._move_of_the_exchange(call)

    def _open_dispute(self, call: Call) -> None:
        request = call.request
        self.disputes.open(
            call.dispute_id,
            request.target,
            self._charges[request.target].request.order_id,
            call.moved,
            request.key,
            takes_money=request.operation is Operation.DISPUTE,
        )

    def _move_of_the_exchange(self, call: Call) -> None:
        if call.request.operation is Operation.WITHDRAWAL:
            self._withdrawals[call.movement_id] = call
        elif call.request.operation is Operation.WITHDRAWAL_FAILURE:
            self._returned[call.request.target] += call.moved

    def find_charge(self, order_id: OrderId) -> ChargeOutcome | None:
        """Return the first successful charge of an order, else the outcome of the latest charge.

        If that is not decided, the bank is asked for its decision.
        """
        call = self._asked_for_order.get(order_id)
        if call is not None and call.outcome in UNDECIDED:
            call = self._decide_later(call)
        charge = self._charge_of_order.get(order_id)
        if charge is not None or call is None:
            return charge
        return outcome_of(call)

    def cancel_charge(self, order_id: OrderId) -> ChargeOutcome | None:
        """Cancel the charges of an order that need the buyer, and return what is true then."""
        for call in self.waiting.of(order_id):
            if self._decide_later(call) is call:
                self.apply(Call(call.request, Outcome.CANCELLED))
        return self.find_charge(order_id)

    def find_refund(self, refund_id: str) -> FoundRefund | None:
        """Return a refund. One that shall fail fails when it is asked for."""
        refund = self.refunds.made(refund_id)
        if refund is None:
            return None
        card = self._charges[refund.charge_id].request.token
        if self.refunds.is_to_fail(refund_id, card):
            self.fail_refund(refund_id)
        return self.refunds.as_it_is(refund, card, self.order_of(refund))

    def fail_refund(self, refund_id: str) -> Call:
        """Let the buyer's bank return a refund. Raises AssertionError if it cannot."""
        refund = self.refunds.left_to_fail(refund_id)
        key, order_id = f"failure:{refund_id}", self.order_of(refund)
        return self.settle(
            Request(key, Operation.REFUND_FAILURE, refund_id, refund.moved, order_id)
        )

    def calls_for(self, order_ids: Iterable[OrderId]) -> list[int]:
        """Return the indexes of these orders' calls that moved money, in order."""
        return sorted(n for order_id in order_ids for n in self._numbers.get(order_id, ()))

    def has_charge(self, charge_id: str) -> bool:
        """Return whether a charge brought money."""
        return charge_id in self._charges

    def find_payout(self, payout_id: str) -> Call:
        """Return the call that made a payout. Raises AssertionError if there is none."""
        ensure(payout_id in self._payouts, f"the provider made no payout {payout_id}")
        return self._payouts[payout_id]

    def find_withdrawal(self, withdrawal_id: str) -> Call:
        """Return the call that made a withdrawal. Raises AssertionError if there is none."""
        ensure(
            withdrawal_id in self._withdrawals, f"the provider made no withdrawal {withdrawal_id}"
        )
        return self._withdrawals[withdrawal_id]

    def left_of(self, payout_id: str) -> Cents:
        """Return what did not come back of a payout. Raises AssertionError if there is none."""
        return self.find_payout(payout_id).moved - self._returned[payout_id]

    def order_of(self, call: Call) -> OrderId | None:
        """Return the order of a call, if it has one."""
        request = call.request
        if request.operation is Operation.REFUND:
            return self._charges[request.target].request.order_id
        if request.operation in OF_DISPUTES:
            return self.disputes.get(call.dispute_id).report.order_id
        return request.order_id

    def left_of_charge(self, charge_id: str) -> Cents:
        """Return what was neither refunded of a charge nor is with the buyer's bank.

        Raises AssertionError if there is no such charge.
        """
        charge = self._charges.get(charge_id)
        assert charge is not None, f"the provider made no charge {charge_id}"
        held = (d.report for d in self.disputes.of_charge(charge_id) if d.holds_money)
        taken = self.refunds.refunded(charge_id) + sum(each.amount for each in held)
        return charge.moved - taken

    def _decide(self, request: Request) -> tuple[Outcome, str | None]:
        if request.operation in OPENING_DISPUTES:
            left = self.left_of_charge(request.target)
            ensure(request.amount <= left, f"of {request.target} only {left} are left")
        if request.operation.is_about_cards:
            outcome, reason = self.cards.decide(request.operation, request.target)
            return Outcome(outcome), reason
        if request.operation in OF_DISPUTES or request.operation.is_about_accounts:
            return Outcome.DONE, None
        if request.operation in OF_THE_EXCHANGE:
            ensure(request.target not in self._returned, f"{request.target} was returned already")
            return Outcome.DONE, None
        if request.operation is Operation.REFUND:
            charge = self._charges.get(request.target)
            assert charge is not None, f"the provider made no charge {request.target}"
            times_out = charge.request.token == tokens.CARD_WHOSE_REFUNDS_TIME_OUT
            return Outcome.ANSWER_LOST if times_out else Outcome.DONE, None
        if request.operation is Operation.REFUND_FAILURE:
            return Outcome.DONE, "expired_or_canceled_card"
        if request.operation is Operation.PAYOUT_RETURN:
            left = self.left_of(request.target)
            ensure(request.amount <= left, f"of {request.target} only {left} are left")
            return Outcome.DONE, None
        problem = self.accounts.problem_of(request.target)
        if request.operation is Operation.CHARGE:
            is_valid = request.target.startswith("pm_")
            problem = None if is_valid else "invalid_payment_method"
        if problem is not None:
            return Outcome.DECLINED, problem
        if self.cards.is_detached(request.target):
            return Outcome.DECLINED, "card_removed"
        return SPECIAL.get(request.token, (Outcome.DONE, None))

    def _decide_later(self, pending: Call) -> Call:
        """Return an undecided charge with its decision, or unchanged if there is none yet."""
        decision = DECIDED.get(pending.request.token)
        if decision is None:
            return pending
        call = Call(pending.request, *decision)
        self.apply(call)
        return call

    def _shortage(self, call: Call) -> str | None:
        """Return the reason to decline a call for lack of money, or None."""
        request = call.request
        if request.operation is Operation.REFUND:
            if any(each.holds_money for each in self.disputes.of_charge(request.target)):
                return "charge_disputed"
            charged = self._charges[request.target].moved
            return self.refunds.why_not(request.target, charged, call.moved)
        return None
