"""The book alone: price, then arrival; exact removal; levels."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.core.bidding.order_book import OrderBook
from solebook.ports.language.ids import ProductId, QuoteId, UserId
from solebook.ports.language.market import BookKey, PriceLevel, Quote, Side, Size

BOOK = BookKey(ProductId(UUID(int=1)), Size("9"))
NOW = datetime(2026, 3, 2, tzinfo=UTC)
LAST = 2**48 - 1


def quote(side: Side, amount: int, sequence: int) -> Quote:
    return Quote(
        id=QuoteId(UUID(int=sequence)),
        side=side,
        user_id=UserId(UUID(int=2)),
        book=BOOK,
        amount=amount,
        sequence=sequence,
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )


def book_of(*quotes: Quote) -> OrderBook:
    book = OrderBook()
    for one in quotes:
        book.add(one)
    return book


def test_an_empty_book_has_no_counterpart() -> None:
    book = OrderBook()
    for side in Side:
        assert book.on(side).best() is None
        assert list(book.on(side)) == []
        assert list(book.against(side).within(20_000)) == []
        assert book.on(side).quantity(20_000) == 0
        assert book.on(side).levels() == ()
    assert list(book) == []
    assert len(book) == 0


@pytest.mark.parametrize(
    ("side", "meets", "misses"),
    [(Side.BID, [20_000, 20_100], [19_900]), (Side.ASK, [20_000, 19_900], [20_100])],
)
def test_a_quote_reaches_the_other_side_at_its_price_or_better(
    side: Side, meets: list[int], misses: list[int]
) -> None:
    resting = quote(side.opposite, 20_000, 1)
    book = book_of(resting)
    assert [list(book.against(side).within(amount)) for amount in meets] == [[resting]] * len(meets)
    assert [list(book.against(side).within(amount)) for amount in misses] == [[]] * len(misses)


def test_a_quote_reaches_others_by_their_priority() -> None:
    amounts = [20_000, 20_200, 20_000, 20_100]
    asks = [quote(Side.ASK, amount, n) for n, amount in enumerate(amounts, 1)]
    bids = [quote(Side.BID, amount - 10_000, n) for n, amount in enumerate(amounts, 1)]
    book = book_of(*asks, *bids)
    assert list(book.against(Side.BID).within(20_100)) == [asks[0], asks[2], asks[3]]
    assert list(book.against(Side.ASK).within(10_100)) == [bids[1], bids[3]]
    assert list(book.on(Side.ASK)) == [asks[0], asks[2], asks[3], asks[1]]


@pytest.mark.parametrize("side", Side)
def test_among_equal_amounts_the_earlier_arrival_is_first(side: Side) -> None:
    late, early = quote(side, 20_000, 9), quote(side, 20_000, 4)
    assert list(book_of(late, early)) == [early, late]


@pytest.mark.parametrize(("side", "better"), [(Side.BID, 20_001), (Side.ASK, 19_999)])
def test_a_cent_outweighs_any_difference_of_arrival(side: Side, better: int) -> None:
    first, last = quote(side, 20_000, 1), quote(side, better, LAST)
    book = book_of(first, last)
    assert list(book) == [last, first]
    assert book.on(side).best() == last


@pytest.mark.parametrize("sequence", [0, -1, LAST + 1])
def test_a_sequence_number_that_would_reach_into_the_amount_is_a_defect(sequence: int) -> None:
    with pytest.raises(AssertionError):
        OrderBook().add(replace(quote(Side.ASK, 20_000, 1), sequence=sequence))


def test_two_quotes_cannot_have_one_place() -> None:
    book = book_of(quote(Side.BID, 20_000, 3))
    with pytest.raises(AssertionError, match="sequence number 3 is taken"):
        book.add(replace(quote(Side.BID, 20_000, 3), id=QuoteId(UUID(int=99))))


def test_a_bid_and_an_ask_may_share_a_sequence_number() -> None:
    bid, ask = quote(Side.BID, 10_000, 3), quote(Side.ASK, 20_000, 3)
    book = book_of(bid, ask)
    assert list(book) == [bid, ask]
    assert book.find(bid) == bid
    assert book.find(ask) == ask


def test_removing_takes_exactly_the_one_quote_out() -> None:
    quotes = [quote(Side.ASK, 20_000, n) for n in range(1, 6)]
    book = book_of(*quotes)
    book.remove(quotes[2])
    assert list(book) == [*quotes[:2], *quotes[3:]]
    book.remove(quotes[0])
    assert book.on(Side.ASK).best() == quotes[1]
    assert book.find(quotes[0]) is None
    assert book.find(quotes[1]) == quotes[1]


def test_removing_a_quote_that_does_not_rest_is_a_defect() -> None:
    book = book_of(quote(Side.ASK, 20_000, 1))
    for absent in (quote(Side.ASK, 20_000, 2), quote(Side.ASK, 20_100, 1)):
        with pytest.raises(KeyError):
            book.remove(absent)


def test_a_quote_is_found_by_its_place_as_it_rests_now() -> None:
    seen = quote(Side.BID, 20_000, 1)
    now = replace(seen, expires_at=NOW + timedelta(days=9))
    book = book_of(now)
    assert book.find(seen) == now
    assert book.find(replace(seen, amount=20_100)) is None
    assert book.find(replace(seen, sequence=2)) is None


def test_levels_come_best_first_with_their_quantities() -> None:
    prices = [20_000, 20_200, 20_000, 20_100, 20_200, 20_000]
    for side in Side:
        book = book_of(*(quote(side, price, n) for n, price in enumerate(prices, 1)))
        levels = (PriceLevel(20_000, 3), PriceLevel(20_100, 1), PriceLevel(20_200, 2))
        assert book.on(side).levels() == (levels if side is Side.ASK else levels[::-1])
        assert [book.on(side).quantity(price) for price in (20_000, 20_100, 20_150)] == [3, 1, 0]
        assert book.on(side.opposite).levels() == ()


places = st.tuples(
    st.integers(1, 5) | st.sampled_from([2_500, 10_000_000, 2**53 - 1]),
    st.integers(1, 5) | st.integers(LAST - 4, LAST),
)


@given(st.sampled_from(Side), st.lists(places, unique_by=lambda place: place[1], max_size=10))
def test_the_order_is_price_then_arrival_at_the_edges_of_the_numbers(
    side: Side, places: list[tuple[int, int]]
) -> None:
    quotes = [quote(side, amount, sequence) for amount, sequence in places]
    book = book_of(*quotes)
    sign = -1 if side is Side.BID else 1
    ordered = sorted(quotes, key=lambda one: (sign * one.amount, one.sequence))
    assert list(book) == ordered
    for amount, _ in places:
        assert book.on(side).quantity(amount) == sum(one.amount == amount for one in quotes)
    for number, one in enumerate(ordered, 1):
        assert book.on(side).best() == one
        book.remove(one)
        assert list(book) == ordered[number:]
