"""The ledger equals the provider's balance after unasked actions and late webhooks."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
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
from solebook.adapters.embedded.calls import Call
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.adapters.embedded.operations import Operation
from solebook.composition.engine import engine_of
from solebook.core.payments.refunds.refund_transfers import refund_amount
from solebook.core.payments.transfers import escrow, payable
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.errors import Refusal
from solebook.ports.language.ids import OrderId, UserId
from solebook.ports.language.orders import Order, OrderStatus, PaymentStatus
from solebook.ports.language.users import Actor

from ...exchange import PARCEL, PASS, Exchange, build_exchange
from .reports import alarms, check_money

T = TypeVar("T")

CARDS = [
    tokens.CARD,
    tokens.CARD_THAT_TIMES_OUT,
    tokens.CARD_WHOSE_REFUNDS_TIME_OUT,
    tokens.CARD_CHARGED_HALF,
    tokens.CARD_CHARGED_DOUBLE,
    tokens.DECLINED_CARD,
]
ACCOUNTS = [
    tokens.ACCOUNT,
    tokens.ACCOUNT_THAT_TIMES_OUT,
    tokens.ACCOUNT_THAT_FAILS_ONCE,
    tokens.ACCOUNT_PAID_HALF,
    tokens.ACCOUNT_PAID_DOUBLE,
    tokens.CLOSED_ACCOUNT,
]
CHANGED = (
    tokens.CARD_CHARGED_HALF,
    tokens.CARD_CHARGED_DOUBLE,
    tokens.ACCOUNT_PAID_HALF,
    tokens.ACCOUNT_PAID_DOUBLE,
)
AMOUNTS = st.sampled_from([1, 100, 1_400, 17_000, 21_300, 21_400])
"""None of them is a seller's share, because the exchange requests that amount anyway."""
ANY = st.integers(0, 1_000)
REASON = "the provider's mistake"


class ProviderStories(RuleBasedStateMachine):
    """The provider acts unasked, webhooks are late, duplicate or lost, and staff decides."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.exchange = self.run(opened())
        self.questions: set[str] = set()
        self.frozen: set[OrderId] = set()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    def attempt(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        with suppress(Refusal):
            self.run(coroutine)

    def orders(self) -> list[Order]:
        return self.run(self.exchange.orders())

    def order(self, pick: int) -> Order:
        orders = self.orders()
        return orders[pick % len(orders)]

    def calls(self) -> list[Call]:
        return self.run(self.exchange.provider.journal.consult(lambda provider: provider.calls[:]))

    @property
    def dashboard(self) -> Dashboard:
        return Dashboard(self.exchange.provider.journal)

    # ---- the market ----------------------------------------------------------------------

    @initialize(
        trades=st.lists(
            st.tuples(st.sampled_from(CARDS), st.sampled_from(ACCOUNTS), st.integers(0, 5)),
            min_size=1,
            max_size=3,
        )
    )
    def there_are_orders(self, trades: list[tuple[str, str, int]]) -> None:
        for card, account, steps in trades:
            buyer = self.run(self.exchange.new_buyer(card))
            seller = self.run(self.exchange.new_seller(account))
            order_id = self.run(self.exchange.match(buyer=buyer, seller=seller))
            self.run(self.exchange.workers.settle())
            for _ in range(steps):
                self.go_on(self.run(self.exchange.order(order_id)))

    def go_on(self, order: Order) -> None:
        """Take a legal step."""
        orders, warehouse = self.exchange.app.orders, self.exchange.authenticator
        match order.status:
            case OrderStatus.CONFIRMED:
                seller = Actor(order.seller_id, frozenset())
                self.attempt(orders.ship_pair(seller, order.id, **PARCEL))
            case OrderStatus.SELLER_SHIPPING:
                self.attempt(orders.receive_pair(warehouse, order.id))
            case OrderStatus.AUTHENTICATING:
                self.attempt(self.exchange.judge(order.id, PASS))
            case OrderStatus.AUTH_PASSED:
                self.attempt(orders.dispatch_pair(warehouse, order.id, **PARCEL))
            case OrderStatus.SHIPPING_TO_BUYER:
                self.attempt(orders.confirm_delivery(Actor(order.buyer_id, frozenset()), order.id))
            case _:
                pass
        self.run(self.exchange.workers.settle())

    @rule(pick=ANY)
    def an_order_goes_on(self, pick: int) -> None:
        self.go_on(self.order(pick))

    @rule(by=st.sampled_from([timedelta(minutes=1), timedelta(hours=2), timedelta(days=3)]))
    def time_passes(self, by: timedelta) -> None:
        self.run(self.exchange.later(by))

    @rule(pick=ANY, times=st.integers(1, 3))
    def a_consumer_will_stumble(self, pick: int, times: int) -> None:
        names = sorted(n for n in self.exchange.bus.consumers if n.startswith("payments."))
        self.exchange.bus.failing[names[pick % len(names)]] = times

    # ---- the provider --------------------------------------------------------------------

    @rule(pick=ANY, amount=AMOUNTS)
    def the_provider_refunds(self, pick: int, amount: int) -> None:
        charges = [c for c in self.calls() if c.request.operation is Operation.CHARGE]
        charged = [call.charge_id for call in charges if call.took_effect]
        if charged:
            self.attempt(self.dashboard.refund(charged[pick % len(charged)], amount))

    @rule(pick=ANY)
    def a_refund_fails(self, pick: int) -> None:
        calls = self.calls()
        failed = {c.refund_id for c in calls if c.request.operation is Operation.REFUND_FAILURE}
        made = {
            call.refund_id
            for call in calls
            if call.request.operation is Operation.REFUND and call.took_effect
        }
        if left := sorted(made - failed):
            self.run(self.dashboard.fail_refund(left[pick % len(left)]))

    @rule(pick=ANY, amount=AMOUNTS, known=st.booleans())
    def the_provider_charges(self, pick: int, amount: int, known: bool) -> None:
        self.run(self.dashboard.charge(self.order(pick).id if known else None, amount))

    @rule(pick=ANY, amount=AMOUNTS, known=st.booleans())
    def the_provider_pays_out(self, pick: int, amount: int, known: bool) -> None:
        self.run(self.dashboard.pay_out(self.order(pick).id if known else None, amount))

    @rule(pick=ANY, part=st.sampled_from([None, 1, 5_000]))
    def a_payout_comes_back(self, pick: int, part: int | None) -> None:
        left = Counter[str]()
        for call in self.calls():
            if call.request.operation is Operation.PAYOUT and call.took_effect:
                left[call.payout_id] += call.moved
            elif call.request.operation is Operation.PAYOUT_RETURN:
                left[call.payout_id] -= call.moved
        paid = sorted(name for name, amount in left.items() if amount >= (part or 1))
        if paid:
            self.run(self.dashboard.return_payout(paid[pick % len(paid)], part))

    @rule(picks=st.lists(ANY, min_size=1, max_size=5))
    def the_provider_reports(self, picks: list[int]) -> None:
        events = self.run(self.exchange.provider.webhooks())
        for pick in picks if events else ():
            body, signature = events[pick % len(events)]
            self.run(self.exchange.app.payments.receive_webhook(body, signature))
        self.run(self.exchange.workers.settle())

    # ---- staff ---------------------------------------------------------------------------

    @rule(pick=ANY, bearer=st.sampled_from(Bearer))
    def an_order_is_refunded(self, pick: int, bearer: Bearer) -> None:
        refund, admin = self.exchange.app.orders.refund_order, self.exchange.admin
        self.attempt(refund(admin, self.order(pick).id, reason=REASON, borne_by=bearer))
        self.run(self.exchange.workers.settle())

    @rule(pick=ANY, bearer=st.sampled_from(Bearer))
    def somebody_bears_a_shortfall(self, pick: int, bearer: Bearer) -> None:
        bear, admin = self.exchange.app.payments.bear_shortfall, self.exchange.admin
        self.attempt(bear(admin, self.order(pick).id, borne_by=bearer, reason=REASON))

    @rule(pick=ANY)
    def a_payout_is_released_and_repeated(self, pick: int) -> None:
        app, admin, order_id = self.exchange.app, self.exchange.admin, self.order(pick).id
        self.frozen.discard(order_id)
        self.attempt(app.orders.release_payout(admin, order_id, reason=REASON))
        self.attempt(app.payments.pay_out_again(admin, order_id, reason=REASON))
        self.run(self.exchange.workers.settle())

    # ---- what is always true -------------------------------------------------------------

    @invariant()
    def nothing_is_asked_for_while_its_order_is_frozen(self) -> None:
        asked = {
            call.request.key: call.request.order_id
            for call in self.calls()
            if call.request.operation is Operation.PAYOUT
            and not call.request.key.startswith("dashboard")
        }
        new = {order_id for key, order_id in asked.items() if key not in self.questions}
        assert not new & self.frozen
        self.questions |= asked.keys()
        self.frozen = {order.id for order in self.orders() if order.freezes}

    def teardown(self) -> None:
        try:
            self.everything_is_told_of()
            self.run(check_money(self.exchange))
            self.every_refund_is_known()
            self.every_unasked_movement_has_an_alarm()
            self.staff_decides_everything()
            self.run(check_money(self.exchange))
            self.sellers_are_owed_what_was_not_paid()
            self.escrows_hold_what_they_should()
            self.run(engine_of(self.exchange.app).stop())
        finally:
            self.runner.close()

    def everything_is_told_of(self) -> None:
        """All webhooks arrive, the last first, also those of the resulting requests."""
        told = -1
        while told != len(events := self.run(self.exchange.provider.webhooks())):
            told = len(events)
            for body, signature in reversed(events):
                self.run(self.exchange.app.payments.receive_webhook(body, signature))
            self.run(self.exchange.quiet())

    def every_refund_is_known(self) -> None:
        refunded, charge_of = Counter[str](), dict[str, str]()
        for call in self.calls():
            if call.request.operation is Operation.REFUND and call.took_effect:
                refunded[call.charge_id] += call.moved
                charge_of[call.refund_id] = call.charge_id
            elif call.request.operation is Operation.REFUND_FAILURE:
                refunded[charge_of[call.refund_id]] -= call.moved
        for order in self.orders():
            payment = self.run(self.exchange.payment(order.id))
            if payment.charge_id is not None:
                assert refunded[payment.charge_id] == payment.refunded, payment

    def every_unasked_movement_has_an_alarm(self) -> None:
        known = {order.id for order in self.orders()}
        charges = [c for c in self.calls() if c.request.operation is Operation.CHARGE]
        of_charges = {call.charge_id: call.request.order_id for call in charges}
        for call in self.calls():
            request = call.request
            unasked = request.key.startswith("dashboard") or request.target in CHANGED
            if call.took_effect and unasked:
                order_id = request.order_id or of_charges.get(request.target)
                about = order_id if order_id in known else None
                assert self.run(alarms(self.exchange, about, open_only=False)), call

    def staff_decides_everything(self) -> None:
        app, admin = self.exchange.app, self.exchange.admin
        for order in self.orders():
            if order.status is OrderStatus.PENDING:
                self.attempt(app.orders.cancel_order(admin, order.id, reason=REASON))
            else:
                bearer = Bearer.EXCHANGE
                bear = app.payments.bear_shortfall(admin, order.id, borne_by=bearer, reason=REASON)
                self.attempt(bear)
        self.run(self.exchange.quiet())
        self.everything_is_told_of()

    def sellers_are_owed_what_was_not_paid(self) -> None:
        owed = Counter[UserId]()
        for order in self.orders():
            payout = self.run(self.exchange.store.payouts.find(order.id))
            owed[order.seller_id] += payout.owed if payout is not None else 0
        for seller_id, amount in owed.items():
            assert self.run(self.exchange.store.ledger.balance(payable(seller_id))) == amount

    def escrows_hold_what_they_should(self) -> None:
        for order in self.orders():
            held = self.run(self.exchange.store.ledger.balance(escrow(order.id)))
            payment = self.run(self.exchange.payment(order.id))
            payout = self.run(self.exchange.store.payouts.find(order.id))
            waits = order.exchange_pays or payment.status is PaymentStatus.CAPTURED
            due = order.buyer_total if waits and payout is None else 0
            if payment.status is PaymentStatus.REFUND_DUE:  # it failed three times
                due += refund_amount(order, payment)
            assert held == due, (order, payment)


async def opened() -> Exchange:
    exchange = build_exchange()
    await exchange.open()
    return exchange


def run_stories(max_examples: int, steps: int) -> None:
    run_state_machine_as_test(
        ProviderStories,
        settings=settings(
            max_examples=max_examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_ledger_equals_the_providers_balance_after_any_story() -> None:
    run_stories(max_examples=4, steps=20)


@pytest.mark.integration
@pytest.mark.no_cover
def test_ledger_equals_the_providers_balance_after_many_stories(full: bool) -> None:
    run_stories(max_examples=150 if full else 60, steps=40)
