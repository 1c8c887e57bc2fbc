"""However match, charge, deadline, webhook, cancel and complaint interleave, nobody is harmed."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from enum import Enum, auto
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.adapters.embedded.payment_gateway import Webhook
from solebook.core.orders.moves import complaint_kinds
from solebook.ports.language.authentication import Verdict
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.errors import Refusal
from solebook.ports.language.events import PaymentOverdue, PaymentRequested
from solebook.ports.language.messages import Queue
from solebook.ports.language.orders import Order, OrderStatus, StockStatus
from solebook.ports.language.payments import PendingCharge
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import Actor, Role

from ...exchange import FAIL, PARCEL, PASS, Exchange, build_exchange
from ...invariants import check_invariants
from .harms import Harms
from .slow_line import SlowLine

T = TypeVar("T")

CARDS = [
    tokens.CARD,
    tokens.CARD_THAT_TIMES_OUT,
    tokens.CARD_THAT_FAILS_ONCE,
    tokens.DECLINED_CARD,
    tokens.CARD_THAT_IS_CHARGED_LATER,
    tokens.CARD_THAT_IS_DECLINED_LATER,
    tokens.CARD_THAT_STAYS_PENDING,
    tokens.CARD_WHOSE_REFUNDS_TIME_OUT,
]
GOOD_CARDS = [tokens.CARD, tokens.CARD_WHOSE_REFUNDS_TIME_OUT]
ACCOUNTS = [tokens.ACCOUNT, tokens.ACCOUNT_THAT_TIMES_OUT, tokens.CLOSED_ACCOUNT]
UNDER_WAY = [
    OrderStatus.CONFIRMED,
    OrderStatus.AUTHENTICATING,
    OrderStatus.SHIPPING_TO_BUYER,
    OrderStatus.SHIPPING_TO_BUYER,
    OrderStatus.DELIVERED,
    OrderStatus.DELIVERED,
]
TIMES = [timedelta(seconds=s) for s in (1, 11, 500, 900, 3_600)]
DAYS = [timedelta(days=d) for d in (1, 3, 14)]
A_MONTH = timedelta(days=31)
ANY = st.integers(0, 1_000)
"""Picks one of however many there are."""
REASON = "so it is"
BEARERS = st.none() | st.sampled_from(Bearer)
PATIENCE = timedelta(seconds=10)
"""How long a call to the provider may hang."""
RULES = MarketRules(complaint_window=timedelta(days=7))
"""A buyer can complain after the seller was paid."""


class Charge(Enum):
    """How far the charge of an order is at the match."""

    NOT_ASKED_FOR = auto()
    ASKED_FOR = auto()
    TRIED = auto()
    TRIED_LATE = auto()
    ANSWER_LOST = auto()
    REQUEST_LOST = auto()


class Charges(RuleBasedStateMachine):
    """Orders on their way to be paid, on a line that fails, with nothing done in a fixed order.

    Beside them orders that were paid are shipped, complained of, decided and refunded.
    """

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.exchange = self.run(opened())
        self.harms = Harms(self.exchange)
        self.slow = SlowLine(self.exchange.line.beyond)
        self.exchange.line.beyond = self.slow
        self.bank_decided = False
        self.hanging: list[tuple[asyncio.Future[bool], asyncio.Task[None]]] = []

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    def attempt(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        with suppress(Refusal):
            self.run(coroutine)

    def orders(self) -> list[Order]:
        return self.run(self.exchange.orders())

    def order(self, pick: int, *those: OrderStatus) -> Order | None:
        """Pick one of the orders in those states, or else of all."""
        orders = self.orders()
        orders = [order for order in orders if order.status in those] or orders
        return orders[pick % len(orders)] if orders else None

    # ---- charges -------------------------------------------------------------------------

    @initialize(
        trades=st.lists(
            st.tuples(
                st.sampled_from(UNDER_WAY), st.sampled_from(GOOD_CARDS), st.sampled_from(ACCOUNTS)
            ),
            min_size=1,
            max_size=2,
        ),
        hold_is_over=st.booleans(),
    )
    def some_orders_are_paid(
        self, trades: list[tuple[OrderStatus, str, str]], hold_is_over: bool
    ) -> None:
        for status, card, account in trades:
            buyer = self.run(self.exchange.new_buyer(card))
            seller = self.run(self.exchange.new_seller(account))
            self.run(self.exchange.trade(status, buyer=buyer, seller=seller))
        if hold_is_over:
            self.run(self.exchange.later(RULES.payout_hold))

    @rule(card=st.sampled_from(CARDS), how=st.sampled_from(Charge))
    def two_people_match(self, card: str, how: Charge) -> None:
        buyer = self.run(self.exchange.new_buyer(card))
        self.attempt(self.exchange.match(buyer=buyer))
        if how is not Charge.NOT_ASKED_FOR:
            self.run(self.exchange.workers.relay.drain())
        if how is Charge.TRIED_LATE:
            self.time_passes(TIMES[2], seen=True)
        if how not in (Charge.NOT_ASKED_FOR, Charge.ASKED_FOR):
            self.the_line_changes(
                is_cut=how is Charge.REQUEST_LOST, loses_answers=how is Charge.ANSWER_LOST
            )
            self.run(self.exchange.bus.work_off(Queue.CHARGES))

    @rule(work=st.sampled_from([None, *Queue, "relay", "everything"]))
    def work_is_done(self, work: Queue | str | None) -> None:
        match work:
            case "relay":
                self.run(self.exchange.workers.relay.drain())
            case "everything":
                self.run(self.exchange.workers.settle())
            case _:
                self.run(self.exchange.bus.work_off(Queue(work) if work else None))

    @rule(by=st.sampled_from(TIMES) | st.sampled_from(DAYS), seen=st.booleans())
    def time_passes(self, by: timedelta, seen: bool) -> None:
        if by >= PATIENCE:
            self.what_hangs_goes_on(arrives=False)
        self.run(self.exchange.clock.advance(by))
        if seen:
            self.run(self.exchange.workers.sweeper.sweep())
            self.run(self.exchange.workers.relay.drain())

    @rule(is_cut=st.booleans(), loses_answers=st.booleans())
    def the_line_changes(self, is_cut: bool, loses_answers: bool) -> None:
        self.exchange.line.is_cut = is_cut
        self.exchange.line.loses_answers = loses_answers

    @rule(by=st.sampled_from(TIMES), loses_answers=st.booleans())
    def the_provider_is_silent_for(self, by: timedelta, loses_answers: bool) -> None:
        """Whatever falls due meanwhile."""
        self.the_line_changes(is_cut=not loses_answers, loses_answers=loses_answers)
        self.time_passes(by, seen=True)
        self.run(self.exchange.workers.settle())
        self.the_line_changes(is_cut=False, loses_answers=False)

    @rule(pick=ANY)
    def a_charge_hangs(self, pick: int) -> None:
        """By a message that comes for the first time, late, or again."""
        order = self.order(pick, OrderStatus.PENDING)
        if order and order.stock_status is not StockStatus.UNRESERVED and not self.hanging:
            request = PaymentRequested(order.id, order.buyer_id, order.buyer_total)
            self.attempt(self.begin(request))

    async def begin(self, request: PaymentRequested) -> None:
        task = asyncio.create_task(self.exchange.app.payments.charge_buyer(request))
        held = self.slow.hold_next()
        while not (task.done() or self.slow.is_waiting):  # noqa: ASYNC110
            await asyncio.sleep(0)
        if task.done():
            self.slow.release()
            await _end(task)
        else:
            self.hanging.append((held, task))
            self.harms.on_its_way.add(request.order_id)

    @rule(arrives=st.booleans())
    def what_hangs_goes_on(self, arrives: bool) -> None:
        while self.hanging:
            held, task = self.hanging.pop()
            held.set_result(arrives)
            self.attempt(_end(task))

    @rule(pick=ANY)
    def a_deadline_is_told_once_more(self, pick: int) -> None:
        if order := self.order(pick, OrderStatus.PENDING):
            overdue = PaymentOverdue(order.id, order.buyer_id, order.matched_at)
            self.attempt(self.exchange.app.payments.abandon_payment(overdue))

    @rule(picks=st.lists(ANY, min_size=1, max_size=4))
    def the_provider_reports(self, picks: list[int]) -> None:
        events = self.run(self.all_reports())
        for pick in picks if events else []:
            body, signature = events[pick % len(events)]
            self.run(self.exchange.app.payments.receive_webhook(body, signature))

    async def all_reports(self) -> list[Webhook]:
        """What the provider would report, whether the line to it is cut or not."""
        return await replace(self.exchange.gateway, journal=self.slow).webhook_events()

    @rule(pick=ANY)
    def the_bank_decides(self, pick: int) -> None:
        """A pending charge is made, and no webhook tells of it."""
        if order := self.order(pick, OrderStatus.CANCELLED):
            found = self.run(self.harms.books.consult(lambda p: p.find_charge(order.id)))
            if isinstance(found, PendingCharge):
                self.run(Dashboard(self.harms.books).charge(order.id, order.buyer_total))
            self.bank_decided = True

    # ---- orders that are paid ------------------------------------------------------------

    @rule(pick=ANY, verdict=st.sampled_from([PASS, PASS, FAIL]))
    def an_order_goes_on(self, pick: int, verdict: Verdict) -> None:
        """Whichever step is legal is taken, and nobody hears of it yet."""
        order = self.order(pick)
        if order is None:
            return
        orders, warehouse = self.exchange.app.orders, self.exchange.authenticator
        match order.status:
            case OrderStatus.CONFIRMED:
                self.attempt(orders.ship_pair(self.seller(order), order.id, **PARCEL))
            case OrderStatus.AUTHENTICATING:
                self.attempt(self.judged(order, verdict))
            case OrderStatus.AUTH_PASSED:
                self.attempt(orders.dispatch_pair(warehouse, order.id, **PARCEL))
            case OrderStatus.SHIPPING_TO_BUYER:
                self.attempt(orders.confirm_delivery(self.buyer(order), order.id))
            case _:  # the pair arrives, or one that is sent back does
                self.attempt(orders.receive_pair(warehouse, order.id))

    async def judged(self, order: Order, verdict: Verdict) -> None:
        warehouse, app = self.exchange.authenticator, self.exchange.app
        task = await self.exchange.store.authentication_tasks.find_by_order(order.id)
        if task is not None:
            await app.authentication.claim_task(warehouse, task.id)
            await app.authentication.give_verdict(warehouse, task.id, verdict)

    @rule(pick=ANY, by_seller=st.booleans())
    def an_order_is_cancelled(self, pick: int, by_seller: bool) -> None:
        if order := self.order(pick, OrderStatus.PENDING):
            actor = self.seller(order) if by_seller else self.exchange.admin
            cancel = self.exchange.app.orders.cancel_order
            self.attempt(cancel(actor, order.id, reason=REASON))

    @rule(pick=ANY, bearer=BEARERS, waive_return=st.booleans(), at_once=st.booleans())
    def a_buyer_complains(
        self, pick: int, bearer: Bearer | None, waive_return: bool, at_once: bool
    ) -> None:
        """Of whatever can be complained of; an admin decides at once, or later."""
        order = self.order(pick, OrderStatus.SHIPPING_TO_BUYER, OrderStatus.DELIVERED)
        if order is None:
            return
        complain, kinds = self.exchange.app.orders.complain, complaint_kinds(order)
        kind = kinds[pick % len(kinds)]
        self.attempt(complain(self.buyer(order), order.id, kind=kind, reason=REASON))
        if at_once:
            self.attempt(self.decide(order, bearer, waive_return))

    @rule(pick=ANY, bearer=BEARERS, waive_return=st.booleans())
    def a_complaint_is_decided(self, pick: int, bearer: Bearer | None, waive_return: bool) -> None:
        complained = [order for order in self.orders() if order.complaint is not None]
        if complained:
            order = complained[pick % len(complained)]
            self.attempt(self.decide(order, bearer, waive_return))

    async def decide(self, order: Order, bearer: Bearer | None, waive_return: bool) -> None:
        """For the seller if nobody bears it."""
        await self.exchange.app.orders.decide_complaint(
            self.exchange.admin,
            order.id,
            in_favour_of=Role.BUYER if bearer else Role.SELLER,
            borne_by=bearer,
            waive_return=waive_return and bearer is not None,
            reason=REASON,
        )

    @rule(pick=ANY)
    def a_pair_comes_back(self, pick: int) -> None:
        awaited = [order for order in self.orders() if order.awaits_return]
        if awaited:
            receive, warehouse = self.exchange.app.orders.receive_pair, self.exchange.authenticator
            self.attempt(receive(warehouse, awaited[pick % len(awaited)].id))

    @rule(pick=ANY, bearer=st.sampled_from(Bearer))
    def an_order_is_refunded(self, pick: int, bearer: Bearer) -> None:
        if order := self.order(pick, OrderStatus.DELIVERED):
            refund, admin = self.exchange.app.orders.refund_order, self.exchange.admin
            self.attempt(refund(admin, order.id, reason=REASON, borne_by=bearer))

    @rule(pick=ANY, freeze=st.booleans())
    def a_payout_is_frozen_or_released(self, pick: int, freeze: bool) -> None:
        if order := self.order(pick, OrderStatus.DELIVERED):
            orders = self.exchange.app.orders
            act = orders.freeze_payout if freeze else orders.release_payout
            self.attempt(act(self.exchange.admin, order.id, reason=REASON))

    @staticmethod
    def buyer(order: Order) -> Actor:
        return Actor(order.buyer_id, frozenset())

    @staticmethod
    def seller(order: Order) -> Actor:
        return Actor(order.seller_id, frozenset())

    # ---- what is true after each step ----------------------------------------------------

    @invariant()
    def nobody_is_harmed(self) -> None:
        self.run(self.harms.check())

    def teardown(self) -> None:
        try:
            self.the_line_changes(is_cut=False, loses_answers=False)
            self.what_hangs_goes_on(arrives=True)
            if self.bank_decided:
                self.run(self.exchange.quiet())
                self.time_passes(A_MONTH, seen=True)  # by then somebody has looked
            for by in (timedelta(hours=2), timedelta(hours=2), timedelta(days=15)):
                self.all_comes_to_rest()
                self.time_passes(by, seen=True)
            self.all_comes_to_rest()
            self.run(self.exchange.app.engine.stop())
        finally:
            self.runner.close()

    def all_comes_to_rest(self) -> None:
        self.run(self.exchange.quiet())
        self.run(self.harms.check())
        self.run(self.harms.check_at_rest())
        self.run(check_invariants(self.exchange))


async def _end(task: "asyncio.Task[None]") -> None:
    await task


async def opened() -> Exchange:
    exchange = build_exchange(rules=RULES)
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
    run_interleavings(30)


@pytest.mark.integration
def test_no_interleaving_of_many_harms_anybody() -> None:
    run_interleavings(400)
