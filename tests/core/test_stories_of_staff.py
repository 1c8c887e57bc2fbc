"""Whatever staff does with users and books in between, the books balance when all is quiet."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from solebook.ports.language.market import QuoteStatus, Side
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import Actor

from .payments.test_random_stories import ANY, Stories

pytestmark = pytest.mark.integration  # takes its time

WHY: Mapping[str, Any] = {"reason": "as the manual says"}


class StaffStories(Stories):
    """Random stories in which staff also suspends, halts and withdraws."""

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

    @rule(pick=ANY)
    def a_buyer_confirms(self, pick: int) -> None:
        if order := self.order(pick):
            buyer = Actor(order.buyer_id, frozenset())
            self.attempt(self.exchange.app.orders.confirm_delivery(buyer, order.id))


def run_stories(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        StaffStories,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_books_balance_whatever_staff_does() -> None:
    run_stories(examples=4, steps=25)


@pytest.mark.integration
@pytest.mark.no_cover
def test_the_books_balance_after_many_stories_of_staff() -> None:
    run_stories(examples=40, steps=50)
