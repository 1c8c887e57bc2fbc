"""Whatever staff does in between, and buyers complain of, the books balance when all is quiet."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from solebook.ports.language.complaints import Bearer, ComplaintKind
from solebook.ports.language.market import QuoteStatus, Side
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import Actor, Role

from .payments.test_random_stories import ANY, Stories

pytestmark = pytest.mark.integration  # takes its time

WHY: Mapping[str, Any] = {"reason": "as the manual says"}
DECISIONS: list[dict[str, Any]] = [
    {"in_favour_of": Role.SELLER},
    *(
        {"in_favour_of": Role.BUYER, "borne_by": bearer, "waive_return": waived}
        for bearer in Bearer
        for waived in (False, True)
    ),
]


class StaffStories(Stories):
    """Random stories in which staff and buyers do what they may, legal or not."""

    # ---- the market ----------------------------------------------------------------------

    @rule(pick=ANY, suspended=st.booleans())
    def somebody_is_suspended_or_reinstated(self, pick: int, suspended: bool) -> None:
        set_suspension = self.exchange.app.users.set_suspension
        user_id = self.person(pick).user_id
        self.attempt(set_suspension(self.exchange.admin, user_id, suspended=suspended, **WHY))

    @rule(sized=st.booleans())
    def books_are_halted(self, sized: bool) -> None:
        product = self.exchange.product
        size = product.sizes[0] if sized else None
        halt = self.exchange.app.bidding.request_halt
        self.attempt(halt(self.exchange.admin, product.id, size=size, **WHY))

    @rule(pick=ANY)
    def books_are_opened(self, pick: int) -> None:
        page = self.run(self.exchange.store.halts.page(PageRequest(limit=20), standing=True))
        if page.items:
            halt = page.items[pick % len(page.items)]
            end = self.exchange.app.bidding.request_halt_end
            self.attempt(end(self.exchange.admin, halt.id, **WHY))

    @rule(pick=ANY, side=st.sampled_from(Side), status=st.sampled_from(QuoteStatus))
    def a_quote_is_withdrawn(self, pick: int, side: Side, status: QuoteStatus) -> None:
        quotes = self.exchange.store.quotes
        owner = self.person(pick).user_id
        page = self.run(quotes.of_user(owner, side, PageRequest(limit=20), status))
        if page.items:
            withdraw = self.exchange.app.bidding.request_withdrawal
            quote = page.items[pick % len(page.items)]
            self.attempt(withdraw(self.exchange.admin, quote.id, **WHY))

    # ---- orders --------------------------------------------------------------------------

    @rule(pick=ANY, kind=st.sampled_from(ComplaintKind))
    def a_buyer_complains(self, pick: int, kind: ComplaintKind) -> None:
        if order := self.order(pick):
            buyer = Actor(order.buyer_id, frozenset())
            self.attempt(self.exchange.app.orders.complain(buyer, order.id, kind=kind, **WHY))

    @rule(pick=ANY, decision=st.sampled_from(DECISIONS))
    def a_complaint_is_decided(self, pick: int, decision: dict[str, Any]) -> None:
        if order := self.order(pick):
            decide = self.exchange.app.orders.decide_complaint
            self.attempt(decide(self.exchange.admin, order.id, **decision, **WHY))

    @rule(pick=ANY, borne_by=st.sampled_from(Bearer))
    def an_order_is_refunded(self, pick: int, borne_by: Bearer) -> None:
        if order := self.order(pick):
            refund = self.exchange.app.orders.refund_order
            self.attempt(refund(self.exchange.admin, order.id, borne_by=borne_by, **WHY))

    @rule(pick=ANY, frozen=st.booleans())
    def a_payout_is_frozen_or_released(self, pick: int, frozen: bool) -> None:
        if order := self.order(pick):
            orders = self.exchange.app.orders
            change = orders.freeze_payout if frozen else orders.release_payout
            self.attempt(change(self.exchange.admin, order.id, **WHY))

    @rule(pick=ANY)
    def the_carrier_had_it(self, pick: int) -> None:
        if order := self.order(pick):
            note = self.exchange.app.orders.note_carrier_receipt
            self.attempt(note(self.exchange.admin, order.id, **WHY))

    @rule(pick=ANY)
    def a_buyer_confirms(self, pick: int) -> None:
        if order := self.order(pick):
            buyer = Actor(order.buyer_id, frozenset())
            self.attempt(self.exchange.app.orders.confirm_delivery(buyer, order.id))

    # ---- money ---------------------------------------------------------------------------

    @rule(pick=ANY)
    def a_payout_is_asked_for_again(self, pick: int) -> None:
        if order := self.order(pick):
            again = self.exchange.app.payments.pay_out_again
            self.attempt(again(self.exchange.admin, order.id, **WHY))

    @rule(pick=ANY, amount=st.sampled_from([1, 1_500, 20_000]))
    def a_debt_is_written_off(self, pick: int, amount: int) -> None:
        write_off = self.exchange.app.payments.write_off_debt
        user_id = self.person(pick).user_id
        self.attempt(write_off(self.exchange.admin, user_id, amount=amount, **WHY))


def test_the_books_balance_whatever_staff_does() -> None:
    run_state_machine_as_test(
        StaffStories,
        settings=settings(
            max_examples=40,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
