"""A state machine of orders that are being charged, with steps in random sequence."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from enum import Enum, auto
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.adapters.embedded.payment_provider import SignedWebhook
from solebook.ports.language.errors import Refusal
from solebook.ports.language.events import PaymentOverdue, PaymentRequested
from solebook.ports.language.ids import OrderId
from solebook.ports.language.messages import Queue
from solebook.ports.language.orders import Order, OrderStatus, StockStatus
from solebook.ports.language.payments import PendingCharge
from solebook.ports.language.rules import MarketRules

from ...exchange import Exchange, build_exchange
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
    tokens.CARD_THAT_NEEDS_THE_BUYER,
    tokens.CARD_THAT_THE_BUYER_AUTHENTICATES,
    tokens.CARD_THAT_THE_BUYER_FAILS,
]
TIMES = [timedelta(seconds=s) for s in (1, 11, 500, 900, 3_600)]
DAYS = [timedelta(days=d) for d in (1, 3, 14)]
A_MONTH = timedelta(days=31)
ANY = st.integers(0, 1_000)
"""Picks an item of a list of any length."""
REASON = "so it is"
PATIENCE = timedelta(seconds=10)
"""How long a call to the provider may hang."""
RULES = MarketRules(complaint_window=timedelta(days=7))
"""A buyer can complain after the seller was paid."""


class Charge(Enum):
    """The progress of an order's charge at the match."""

    NOT_ASKED_FOR = auto()
    ASKED_FOR = auto()
    TRIED = auto()
    TRIED_LATE = auto()
    ANSWER_LOST = auto()
    REQUEST_LOST = auto()


class ChargeStory(RuleBasedStateMachine):
    """Orders that are being charged over an unreliable connection, in random sequence."""

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
        """Pick one of the orders in those states, or of all if no states are given."""
        orders = self.orders()
        orders = [order for order in orders if order.status in those] or orders
        return orders[pick % len(orders)] if orders else None

    # ---- what happens --------------------------------------------------------------------

    @rule(card=st.sampled_from(CARDS), how=st.sampled_from(Charge))
    def two_people_match(self, card: str, how: Charge) -> None:
        self.matched(card, how)

    def matched(self, card: str, how: Charge) -> OrderId | None:
        """Return the order of a new buyer; None if the market is closed."""
        buyer, order_id = self.run(self.exchange.new_buyer(card)), None
        with suppress(Refusal):
            order_id = self.run(self.exchange.match(buyer=buyer))
        if how is not Charge.NOT_ASKED_FOR:
            self.run(self.exchange.workers.relay.drain())
        if how is Charge.TRIED_LATE:
            self.time_passes(TIMES[2], seen=True)
        if how not in (Charge.NOT_ASKED_FOR, Charge.ASKED_FOR):
            self.the_line_changes(
                is_cut=how is Charge.REQUEST_LOST, loses_answers=how is Charge.ANSWER_LOST
            )
            self.run(self.exchange.bus.work_off(Queue.CHARGES))
        return order_id

    @rule(work=st.sampled_from([*Queue, "relay", "everything"]))
    def work_is_done(self, work: Queue | str) -> None:
        match work:
            case "relay":
                self.run(self.exchange.workers.relay.drain())
            case "everything":
                self.run(self.exchange.workers.settle())
            case _:
                self.run(self.exchange.bus.work_off(Queue(work)))

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
        """Some deadlines may fall due meanwhile."""
        self.the_line_changes(is_cut=not loses_answers, loses_answers=loses_answers)
        self.time_passes(by, seen=True)
        self.run(self.exchange.workers.settle())
        self.the_line_changes(is_cut=False, loses_answers=False)

    @rule(pick=ANY, is_new=st.booleans(), ends=st.booleans())
    def a_charge_hangs(self, pick: int, is_new: bool, ends: bool) -> None:
        """The message may be new, late or a duplicate, and the order may end."""
        order_id = self.matched(tokens.CARD, Charge.ASKED_FOR) if is_new else None
        order = self.order(pick, OrderStatus.PENDING)
        if order_id is not None:
            order = self.run(self.exchange.order(order_id))
        if order and order.stock_status is not StockStatus.UNRESERVED and not self.hanging:
            request = PaymentRequested(order.id, order.buyer_id, order.buyer_total)
            self.attempt(self.begin(request))
            if ends:
                self.attempt(self.cancel(order))
                for work in ("relay", Queue.REFUNDS, "relay"):
                    self.work_is_done(work)

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

    async def all_reports(self) -> list[SignedWebhook]:
        """Return all webhooks of the provider, even if the connection is cut."""
        return await replace(self.exchange.provider, journal=self.slow).webhooks()

    @rule(pick=ANY)
    def the_bank_decides(self, pick: int) -> None:
        """A pending charge succeeds without a webhook."""
        if order := self.order(pick, OrderStatus.CANCELLED):
            self.bank_decides(order)

    def bank_decides(self, order: Order) -> None:
        found = self.run(self.harms.books.consult(lambda p: p.find_charge(order.id)))
        if isinstance(found, PendingCharge):
            self.run(Dashboard(self.harms.books).charge(order.id, order.buyer_total))
        self.bank_decided = True

    @rule(pick=ANY, passes=st.booleans())
    def a_buyer_answers_the_bank(self, pick: int, passes: bool) -> None:
        """A charge that needs the buyer is decided without a webhook, also of an ended order."""
        if order := self.order(pick, OrderStatus.PENDING, OrderStatus.CANCELLED):
            with suppress(AssertionError):  # it needs nobody
                self.run(Dashboard(self.harms.books).authenticate(str(order.id), passes=passes))

    @rule(by_admin=st.booleans(), is_made=st.booleans())
    def an_order_ends_while_its_charge_is_pending(self, by_admin: bool, is_made: bool) -> None:
        """The charge succeeds after that, or never."""
        order_id = self.matched(tokens.CARD_THAT_STAYS_PENDING, Charge.TRIED)
        if order_id is None:
            return
        order = self.run(self.exchange.order(order_id))
        if by_admin:
            self.attempt(self.cancel(order))
        else:
            self.time_passes(RULES.payment_window, seen=True)
        self.work_is_done("everything")
        if is_made:
            self.bank_decides(order)

    async def cancel(self, order: Order) -> None:
        cancel = self.exchange.app.orders.cancel_order
        await cancel(self.exchange.admin, order.id, reason=REASON)


async def _end(task: "asyncio.Task[None]") -> None:
    await task


async def opened() -> Exchange:
    exchange = build_exchange(rules=RULES)
    await exchange.open()
    return exchange
