"""No interleaving of match, charge, deadline, webhook, cancel and complaint harms a user."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from solebook.adapters.embedded import tokens
from solebook.composition.engine import engine_of
from solebook.core.orders.moves import complaint_kinds
from solebook.ports.language.authentication import Verdict
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.events import PayoutDue
from solebook.ports.language.orders import Order, OrderStatus, PayoutStatus
from solebook.ports.language.users import Actor, Role

from ...exchange import FAIL, PARCEL, PASS
from ...invariants import check_invariants
from .charge_story import A_MONTH, ANY, REASON, RULES, ChargeStory

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
BEARERS = st.none() | st.sampled_from(Bearer)


class Charges(ChargeStory):
    """Adds paid orders, which are shipped, complained about, decided and refunded."""

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

    # ---- orders that are paid ------------------------------------------------------------

    @rule(pick=ANY, verdict=st.sampled_from([PASS, PASS, FAIL]))
    def an_order_goes_on(self, pick: int, verdict: Verdict) -> None:
        """Take a legal step without relaying its events yet."""
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
            case _:  # the pair, or a returned one, arrives
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
        """With any possible complaint; an admin decides at once or later."""
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

    @rule(pick=ANY)
    def a_payout_that_is_frozen_is_told_of_once_more(self, pick: int) -> None:
        """By a late message."""
        self.a_payout_is_frozen_or_released(pick, freeze=True)
        order = self.order(pick, OrderStatus.DELIVERED)
        if order and order.freezes and order.payout_status is PayoutStatus.HELD:
            self.nobody_is_harmed()
            if order.delivered_at and order.delivered_at + RULES.payout_hold > self.now:
                self.time_passes(RULES.payout_hold, seen=False)
            self.attempt(self.exchange.app.payments.pay_seller(PayoutDue.of(order)))

    @property
    def now(self) -> datetime:
        return self.exchange.clock.now()

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
            self.nobody_is_harmed()
            if self.bank_decided:
                self.run(self.exchange.quiet())
                self.time_passes(A_MONTH, seen=True)  # by then somebody has looked
            for by in (timedelta(hours=2), timedelta(hours=2), timedelta(days=15)):
                self.all_comes_to_rest()
                self.time_passes(by, seen=True)
            self.all_comes_to_rest()
            self.run(engine_of(self.exchange.app).stop())
        finally:
            self.runner.close()

    def all_comes_to_rest(self) -> None:
        self.run(self.exchange.quiet())
        self.run(self.harms.check())
        self.run(self.harms.check_at_rest())
        self.run(check_invariants(self.exchange))


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
    run_interleavings(5)


@pytest.mark.integration
@pytest.mark.no_cover
def test_no_interleaving_of_many_harms_anybody(full: bool) -> None:
    run_interleavings(200 if full else 50)
