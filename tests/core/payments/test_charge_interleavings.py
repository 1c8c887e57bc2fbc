"""However match, charge, deadline, webhook and cancellation interleave, nobody is harmed."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.provider import Call, Operation, Outcome, Provider
from solebook.ports.language.errors import Refusal
from solebook.ports.language.events import PaymentOverdue, PaymentRequested
from solebook.ports.language.ids import OrderId
from solebook.ports.language.messages import Queue
from solebook.ports.language.order_history import Cancelled
from solebook.ports.language.orders import (
    CancelReason,
    Order,
    OrderStatus,
    PaymentStatus,
    StockStatus,
)
from solebook.ports.language.users import Actor

from ...exchange import Exchange, build_exchange
from ...invariants import check_invariants

T = TypeVar("T")

CARDS = [
    tokens.CARD,
    tokens.CARD_THAT_TIMES_OUT,
    tokens.CARD_THAT_FAILS_ONCE,
    tokens.DECLINED_CARD,
    tokens.CARD_THAT_IS_CHARGED_LATER,
    tokens.CARD_THAT_IS_DECLINED_LATER,
    tokens.CARD_THAT_STAYS_PENDING,
]
TIMES = [timedelta(seconds=s) for s in (1, 11, 300, 900, 3_600)]
ANY = st.integers(0, 1_000)
"""Picks one of however many there are."""
NOT_CHARGED = (PaymentStatus.ABANDONED, PaymentStatus.DECLINED)


class Charges(RuleBasedStateMachine):
    """Orders on their way to be paid, on a line that fails, with nothing done in a fixed order."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.exchange = self.run(opened())
        self.buyers: list[Actor] = []

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    def attempt(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        try:
            self.run(coroutine)
        except Refusal:
            return

    def order(self, pick: int) -> Order | None:
        orders = self.run(self.exchange.orders())
        return orders[pick % len(orders)] if orders else None

    # ---- what happens --------------------------------------------------------------------

    @rule(card=st.sampled_from(CARDS), relayed=st.booleans())
    def two_people_match(self, card: str, relayed: bool) -> None:
        buyer = self.run(self.exchange.new_buyer(card))
        self.attempt(self.exchange.match(buyer=buyer))
        if relayed:
            self.messages_are_relayed()

    @rule()
    def messages_are_relayed(self) -> None:
        self.run(self.exchange.workers.relay.drain())

    @rule(queue=st.sampled_from([None, Queue.CHARGES, Queue.CHARGES, Queue.REFUNDS]))
    def a_queue_is_worked_off(self, queue: Queue | None) -> None:
        self.run(self.exchange.bus.work_off(queue))

    @rule(by=st.sampled_from(TIMES), seen=st.booleans())
    def time_passes(self, by: timedelta, seen: bool) -> None:
        self.run(self.exchange.clock.advance(by))
        if seen:
            self.run(self.exchange.workers.sweeper.sweep())

    @rule(is_cut=st.booleans(), loses_answers=st.booleans())
    def the_line_changes(self, is_cut: bool, loses_answers: bool) -> None:
        self.exchange.line.is_cut = is_cut
        self.exchange.line.loses_answers = loses_answers

    @rule(pick=ANY)
    def an_order_is_charged_once_more(self, pick: int) -> None:
        """By a message that comes late, or again."""
        order = self.order(pick)
        if order and order.stock_status is not StockStatus.UNRESERVED:
            request = PaymentRequested(order.id, order.buyer_id, order.buyer_total)
            self.attempt(self.exchange.app.payments.charge_buyer(request))

    @rule(pick=ANY)
    def a_deadline_is_told_once_more(self, pick: int) -> None:
        if order := self.order(pick):
            overdue = PaymentOverdue(order.id, order.buyer_id, order.matched_at)
            self.attempt(self.exchange.app.payments.abandon_payment(overdue))

    @rule(picks=st.lists(ANY, min_size=1, max_size=4))
    def the_provider_reports(self, picks: list[int]) -> None:
        was_cut, lost = self.exchange.line.is_cut, self.exchange.line.loses_answers
        self.the_line_changes(is_cut=False, loses_answers=False)
        events = self.run(self.exchange.gateway.webhook_events())
        for pick in picks if events else []:
            body, signature = events[pick % len(events)]
            self.run(self.exchange.app.payments.receive_webhook(body, signature))
        self.the_line_changes(is_cut=was_cut, loses_answers=lost)

    @rule(pick=ANY)
    def the_bank_decides(self, pick: int) -> None:
        if order := self.order(pick):
            self.attempt(self.exchange.gateway.find_charge(order.id))

    @rule(pick=ANY)
    def an_admin_cancels(self, pick: int) -> None:
        if order := self.order(pick):
            cancel = self.exchange.app.orders.cancel_order
            self.attempt(cancel(self.exchange.admin, order.id, reason="a recall"))

    # ---- what is true after each step ----------------------------------------------------

    @invariant()
    def the_ledger_is_balanced(self) -> None:
        assert sum(self.run(self.exchange.store.ledger.totals()).values()) == 0

    @invariant()
    def nobody_is_harmed(self) -> None:
        calls = self.run(self.calls())
        for order in self.run(self.exchange.orders()):
            charges = [call for call in calls.get(order.id, []) if call.took_effect]
            assert len(charges) <= 1, "an order is charged once"
            if order.status is OrderStatus.CANCELLED:
                self.run(self.check_end(order, calls.get(order.id, [])))

    async def calls(self) -> dict[OrderId, list[Call]]:
        """The charges that the provider was asked for, whether its line is cut or not."""

        def by_order(provider: Provider) -> dict[OrderId, list[Call]]:
            found: dict[OrderId, list[Call]] = {}
            for call in provider.calls:
                if call.request.operation is Operation.CHARGE and call.request.order_id:
                    found.setdefault(call.request.order_id, []).append(call)
            return found

        return await self.exchange.line.beyond.consult(by_order)

    async def check_end(self, order: Order, calls: list[Call]) -> None:
        payment = await self.exchange.payment(order.id)
        history = await self.exchange.store.orders.history(order.id)
        [ended_at] = [each.at for each in history if isinstance(each.event, Cancelled)]
        if payment.attempted_at is not None:
            assert payment.attempted_at <= ended_at, "an order that ended is not charged"
        rules, answered_at = self.exchange.app.rules, payment.answered_at
        match order.cancel_reason:
            case CancelReason.PAYMENT_DECLINED:
                assert [call for call in calls if call.outcome is Outcome.DECLINED], order
            case CancelReason.PAYMENT_OVERDUE:
                assert answered_at is not None, "who was not asked is not blamed"
                assert answered_at + rules.payment_window <= ended_at, order
            case CancelReason.GIVEN_UP:
                assert order.matched_at + rules.give_up_after <= ended_at, order
        if order.payment_status in NOT_CHARGED:
            assert not [call for call in calls if call.took_effect], "it was known, and is wrong"

    def teardown(self) -> None:
        try:
            self.the_line_changes(is_cut=False, loses_answers=False)
            for _ in range(2):
                self.run(self.exchange.quiet())
                self.time_passes(timedelta(hours=2), seen=True)
            self.run(self.exchange.quiet())
            self.run(check_invariants(self.exchange))
            self.run(self.exchange.app.engine.stop())
        finally:
            self.runner.close()


async def opened() -> Exchange:
    exchange = build_exchange()
    await exchange.open()
    return exchange


def run_interleavings(examples: int) -> None:
    run_state_machine_as_test(
        Charges,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_interleaving_harms_anybody() -> None:
    run_interleavings(20)


@pytest.mark.integration
def test_no_interleaving_of_many_harms_anybody() -> None:
    run_interleavings(400)
