"""The ledger balances after any actions of people, time, the provider and the bus."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from solebook.adapters.embedded import tokens
from solebook.composition.engine import engine_of
from solebook.ports.language.complaints import Bearer, ComplaintKind
from solebook.ports.language.errors import Refusal
from solebook.ports.language.events import OrderDelivered, OrderRefundGranted
from solebook.ports.language.market import Side, TimeInForce
from solebook.ports.language.orders import CancelReason, Order, OrderStatus, PaymentStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import Charge
from solebook.ports.language.users import Actor, Role

from ...exchange import FAIL, PARCEL, PASS, Exchange, build_exchange
from ...invariants import check_invariants

T = TypeVar("T")

CARDS = [
    tokens.CARD,
    tokens.CARD,
    tokens.CARD_THAT_TIMES_OUT,
    tokens.CARD_THAT_FAILS_ONCE,
    tokens.DECLINED_CARD,
    tokens.CARD_THAT_IS_CHARGED_LATER,
    tokens.CARD_THAT_IS_DECLINED_LATER,
    tokens.CARD_THAT_STAYS_PENDING,
    "not_a_card",
]
ACCOUNTS = [
    tokens.ACCOUNT,
    tokens.ACCOUNT_THAT_TIMES_OUT,
    tokens.ACCOUNT,
    tokens.CLOSED_ACCOUNT,
    tokens.ACCOUNT_THAT_FAILS_ONCE,
]
UNWANTED = (PaymentStatus.ABANDONED, PaymentStatus.UNKNOWN, PaymentStatus.DECLINED)
PRICES = st.sampled_from([2_500, 10_000, 19_900, 20_000, 150_000])
TIMES = [
    timedelta(seconds=1),
    timedelta(minutes=2),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=14),
    timedelta(days=92),
]
COUNTED_ONCE = (OrderDelivered, OrderRefundGranted)
"""Events that count sales or remove them, which only the inbox deduplicates."""
BEARERS = st.sampled_from(Bearer)
ANY = st.integers(0, 1_000)
"""Picks an item of a list of any length."""


class Stories(RuleBasedStateMachine):
    """People take legal and illegal actions while consumers and connections fail."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.exchange = self.run(opened())
        self.traders: list[Actor] = []

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    def attempt(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        try:
            self.run(coroutine)
        except Refusal:
            return

    def teardown(self) -> None:
        try:
            for _ in range(3):  # until all deadlines have passed
                self.all_comes_to_rest()
                self.time_passes(timedelta(days=15))
            self.all_comes_to_rest()
            self.run(engine_of(self.exchange.app).stop())
        finally:
            self.runner.close()

    def person(self, pick: int) -> Actor:
        return self.traders[pick % len(self.traders)]

    def order(self, pick: int) -> Order | None:
        orders = self.run(self.exchange.orders())
        return orders[pick % len(orders)] if orders else None

    # ---- people --------------------------------------------------------------------------

    @initialize(statuses=st.lists(st.sampled_from(OrderStatus), min_size=1, max_size=4))
    def there_is_a_market(self, statuses: list[OrderStatus]) -> None:
        """Create people with all kinds of cards and accounts, and running orders."""
        for card, account in zip(CARDS, ACCOUNTS, strict=False):
            trader = self.run(self.exchange.new_buyer(card))
            self.run(self.exchange.app.users.set_payout_account(trader, account=account))
            self.traders.append(trader)
        for status in statuses:
            self.run(self.exchange.trade(status))

    @rule(pick=ANY, card=st.sampled_from(CARDS), account=st.sampled_from(ACCOUNTS))
    def somebody_changes_card_and_account(self, pick: int, card: str, account: str) -> None:
        person = self.person(pick)
        self.attempt(self.exchange.app.users.set_payment_method(person, token=card))
        self.attempt(self.exchange.app.users.set_payout_account(person, account=account))

    # ---- trade ---------------------------------------------------------------------------

    @rule(pick=ANY, price=PRICES, time_in_force=st.sampled_from(TimeInForce))
    def somebody_asks(self, pick: int, price: int, time_in_force: TimeInForce) -> None:
        self.attempt(self.exchange.ask(self.person(pick), price, time_in_force=time_in_force))

    @rule(pick=ANY, price=PRICES, time_in_force=st.sampled_from(TimeInForce))
    def somebody_bids(self, pick: int, price: int, time_in_force: TimeInForce) -> None:
        self.attempt(self.exchange.bid(self.person(pick), price, time_in_force=time_in_force))

    @rule(buyer=ANY, seller=ANY, price=PRICES, relayed=st.booleans())
    def two_people_trade(self, buyer: int, seller: int, price: int, relayed: bool) -> None:
        self.attempt(self.exchange.ask(self.person(seller), price))
        self.attempt(self.exchange.bid(self.person(buyer), 150_000))
        if relayed:
            self.messages_are_relayed()

    @rule(buyer=ANY, seller=ANY, asked=st.booleans(), heard=st.booleans())
    def a_match_is_not_paid_in_time(
        self, buyer: int, seller: int, asked: bool, heard: bool
    ) -> None:
        """The provider is asked in time or too late, and its charge is reported or not."""
        failing = self.exchange.bus.failing
        if not asked:
            failing["payments.charge_buyer:payment.requested"] = 3
        if not heard:
            failing["orders.continue_saga:payment.captured"] = 3
        self.two_people_trade(buyer=buyer, seller=seller, price=10_000, relayed=True)
        failing["payments.charge_buyer:payment.requested"] = 3
        self.time_passes(timedelta(hours=1))
        self.the_clock_is_looked_at()

    @rule(pick=ANY, which=ANY, side=st.sampled_from(Side), price=st.none() | PRICES)
    def somebody_cancels_or_reprices(
        self, pick: int, which: int, side: Side, price: int | None
    ) -> None:
        person = self.person(pick)
        quotes = self.exchange.store.quotes
        page = self.run(quotes.of_user(person.user_id, side, PageRequest(limit=20)))
        if not page.items:
            return
        quote = page.items[which % len(page.items)]
        bidding = self.exchange.app.bidding
        if price is None:
            self.attempt(bidding.cancel_quote(person, side, quote.id))
        else:
            self.attempt(bidding.reprice_quote(person, side, quote.id, amount=price))

    # ---- orders --------------------------------------------------------------------------

    @rule(picks=st.lists(ANY, min_size=1, max_size=6))
    def orders_go_on(self, picks: list[int]) -> None:
        """Each order takes the first legal step of these."""
        orders, warehouse = self.exchange.app.orders, self.exchange.authenticator
        for pick in picks:
            if order := self.order(pick):
                seller = Actor(order.seller_id, frozenset())
                self.attempt(orders.confirm_delivery(self.exchange.admin, order.id))
                self.attempt(orders.dispatch_pair(warehouse, order.id, **PARCEL))
                if order.status is OrderStatus.SELLER_SHIPPING:
                    self.attempt(orders.receive_pair(warehouse, order.id))
                self.attempt(orders.ship_pair(seller, order.id, **PARCEL))

    @rule(pick=ANY)
    def a_pair_arrives(self, pick: int) -> None:
        """In any state of its order."""
        if order := self.order(pick):
            receive = self.exchange.app.orders.receive_pair
            self.attempt(receive(self.exchange.authenticator, order.id))

    @rule(pick=ANY)
    def a_seller_takes_more_time(self, pick: int) -> None:
        if order := self.order(pick):
            seller = Actor(order.seller_id, frozenset())
            self.attempt(self.exchange.app.orders.extend_shipment(seller, order.id))

    @rule(pick=ANY, verdict=st.sampled_from([PASS, PASS, FAIL]))
    def a_pair_is_judged(self, pick: int, verdict: Any) -> None:
        order = self.order(pick)
        if order is None:
            return
        tasks = self.exchange.store.authentication_tasks
        if task := self.run(tasks.find_by_order(order.id)):
            warehouse = self.exchange.authenticator
            self.attempt(self.exchange.app.authentication.claim_task(warehouse, task.id))
            self.attempt(self.exchange.app.authentication.give_verdict(warehouse, task.id, verdict))

    @rule(pick=ANY, by_admin=st.booleans())
    def an_order_is_cancelled(self, pick: int, by_admin: bool) -> None:
        if order := self.order(pick):
            actor = self.exchange.admin if by_admin else Actor(order.seller_id, frozenset())
            cancel = self.exchange.app.orders.cancel_order
            self.attempt(cancel(actor, order.id, reason="a change of mind"))

    # ---- complaints, refunds and staff ---------------------------------------------------

    @rule(pick=ANY, kind=st.sampled_from(ComplaintKind))
    def a_buyer_complains(self, pick: int, kind: ComplaintKind) -> None:
        if order := self.order(pick):
            buyer = Actor(order.buyer_id, frozenset())
            complain = self.exchange.app.orders.complain
            self.attempt(complain(buyer, order.id, kind=kind, reason="something is odd"))

    @rule(pick=ANY, bearer=st.none() | BEARERS, waive_return=st.booleans())
    def a_complaint_is_decided(self, pick: int, bearer: Bearer | None, waive_return: bool) -> None:
        """For the seller if nobody bears it."""
        if order := self.order(pick):
            self.attempt(
                self.exchange.app.orders.decide_complaint(
                    self.exchange.admin,
                    order.id,
                    in_favour_of=Role.BUYER if bearer else Role.SELLER,
                    borne_by=bearer,
                    waive_return=waive_return and bearer is not None,
                    reason="so it is",
                )
            )

    @rule(pick=ANY, bearer=BEARERS)
    def an_order_is_refunded(self, pick: int, bearer: Bearer) -> None:
        if order := self.order(pick):
            refund = self.exchange.app.orders.refund_order
            admin = self.exchange.admin
            self.attempt(refund(admin, order.id, reason="as agreed", borne_by=bearer))

    @rule(pick=ANY, freeze=st.booleans())
    def a_payout_is_frozen_or_released(self, pick: int, freeze: bool) -> None:
        if order := self.order(pick):
            orders = self.exchange.app.orders
            act = orders.freeze_payout if freeze else orders.release_payout
            self.attempt(act(self.exchange.admin, order.id, reason="as agreed"))

    @rule(pick=ANY, amount=st.sampled_from([100, 1_500, 20_000]))
    def staff_sees_to_penalties_payouts_and_debts(self, pick: int, amount: int) -> None:
        if order := self.order(pick):
            app, admin = self.exchange.app, self.exchange.admin
            self.attempt(app.orders.note_carrier_receipt(admin, order.id, reason="as agreed"))
            self.attempt(app.payments.pay_out_again(admin, order.id, reason="as agreed"))
            self.attempt(
                app.payments.write_off_debt(
                    admin, order.seller_id, amount=amount, reason="as agreed"
                )
            )

    # ---- the machinery -------------------------------------------------------------------

    @rule()
    def messages_are_relayed(self) -> None:
        self.run(self.exchange.workers.relay.drain())

    @rule()
    def the_clock_is_looked_at(self) -> None:
        self.run(self.exchange.workers.sweeper.sweep())

    @rule(by=st.sampled_from(TIMES))
    def time_passes(self, by: timedelta) -> None:
        self.run(self.exchange.clock.advance(by))

    @rule(is_cut=st.booleans(), loses_answers=st.booleans())
    def the_line_to_the_provider_changes(self, is_cut: bool, loses_answers: bool) -> None:
        self.exchange.line.is_cut = is_cut
        self.exchange.line.loses_answers = loses_answers

    @rule(pick=ANY, times=st.integers(1, 3))
    def a_consumer_will_stumble(self, pick: int, times: int) -> None:
        names = sorted(self.exchange.bus.consumers)
        names += [name for name in names if name.startswith("payments.")] * 3
        self.exchange.bus.failing[names[pick % len(names)]] = times

    @rule(picks=st.lists(ANY, min_size=1, max_size=5))
    def messages_are_delivered_again(self, picks: list[int]) -> None:
        """Some with the same message id, and some with an id that the inbox does not have.

        Events that count sales keep their id, because only the inbox deduplicates them.
        """
        week_ago = self.exchange.clock.now() - timedelta(days=7)
        published = [
            message
            for message in self.exchange.bus.published
            if message.occurred_at > week_ago or not isinstance(message.event, COUNTED_ONCE)
        ]
        if not published:
            return
        for pick in picks:
            message = published[pick % len(published)]
            if pick % 2 or isinstance(message.event, COUNTED_ONCE):
                self.run(self.exchange.bus.publish(message))
            else:
                self.run(self.exchange.tell_again(message))

    @rule(picks=st.lists(ANY, min_size=1, max_size=5))
    def the_provider_reports(self, picks: list[int]) -> None:
        self.the_line_to_the_provider_changes(is_cut=False, loses_answers=False)
        events = self.run(self.exchange.provider.webhooks())
        if not events:
            return
        for pick in picks:
            body, signature = events[pick % len(events)]
            self.run(self.exchange.app.payments.receive_webhook(body, signature))

    @rule(pick=ANY)
    def the_provider_charges_after_all(self, pick: int) -> None:
        """A charge that was given up succeeds, and is reported."""
        order = self.order(pick)
        payment = self.run(self.exchange.store.payments.find(order.id)) if order else None
        if order is None or payment is None or payment.status not in UNWANTED:
            return
        self.the_line_to_the_provider_changes(is_cut=False, loses_answers=False)
        provider = self.exchange.provider
        if not isinstance(self.run(provider.find_charge(order.id)), Charge):
            key, card = f"{order.id}:late", tokens.CARD
            charge = provider.charge(
                key=key, order_id=order.id, payment_method=card, amount=order.buyer_total
            )
            self.run(charge)
            self.run(self.exchange.webhook(-1))

    @rule()
    def all_comes_to_rest(self) -> None:
        self.the_line_to_the_provider_changes(is_cut=False, loses_answers=False)
        self.run(self.exchange.quiet())
        self.run(check_invariants(self.exchange))
        # The engine never matches a reserved pair, so stock is never refused.
        reasons = {order.cancel_reason for order in self.run(self.exchange.orders())}
        assert CancelReason.STOCK_REFUSED not in reasons


async def opened() -> Exchange:
    exchange = build_exchange()
    await exchange.open()
    return exchange


def test_ledger_balances_after_any_story() -> None:
    run_stories(4)


@pytest.mark.integration
@pytest.mark.no_cover
def test_ledger_balances_after_many_stories(full: bool) -> None:
    run_stories(100 if full else 60)


def run_stories(examples: int) -> None:
    run_state_machine_as_test(
        Stories,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
