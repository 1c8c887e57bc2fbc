from hypothesis import given
from hypothesis import strategies as st

from solebook.core.bidding.usual_prices import usual_prices

PRICES = st.lists(st.integers(2_500, 10_000_000), min_size=5, max_size=50)


def test_few_sales_say_nothing() -> None:
    assert usual_prices([20_000] * 4) is None


@given(PRICES)
def test_the_middle_is_usual_and_most_prices_are(prices: list[int]) -> None:
    usual = usual_prices(prices)

    assert usual is not None
    assert usual.contain(usual.middle)
    assert 2 * sum(map(usual.contain, prices)) >= len(prices)


@given(PRICES, st.integers(2, 1_000))
def test_one_mistyped_sale_does_not_make_its_like_usual(prices: list[int], factor: int) -> None:
    usual = usual_prices(prices + prices)
    after = usual_prices([*prices, *prices, max(prices) * 1_000 * factor])

    assert usual is not None
    assert after is not None
    assert not after.contain(max(prices) * 1_000 * factor)


def test_equal_prices_leave_room_for_a_little_more() -> None:
    usual = usual_prices([20_000] * 10)

    assert usual is not None
    assert (usual.contain(21_000), usual.contain(22_000)) == (True, False)
