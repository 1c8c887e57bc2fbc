"""Random histories have the same outcome in the shard and in the naive market."""

from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.ports.language.market import Side, TimeInForce

from .market_steps import (
    PRICES,
    USERS,
    Answering,
    Barring,
    Cancelling,
    Expiring,
    Halting,
    Opening,
    Paying,
    Placing,
    Repricing,
    Run,
    Step,
    Unwinding,
    Withdrawing,
    WithdrawingAll,
)
from .two_markets import TwoMarkets

Steps: TypeAlias = st.SearchStrategy[Step]

prices = st.integers(0, len(PRICES) - 1)
lifetimes = st.sampled_from([30, 1, 2])
targets = st.integers(0, 60)
users = st.integers(0, len(USERS) - 1)
sides = st.sampled_from([(Side.BID,), (Side.ASK,), tuple(Side)])


def placings(*, time_in_force: TimeInForce = TimeInForce.GTC, **fields: Any) -> Steps:
    everywhere = {"price": prices, "days": lifetimes, "book": st.sampled_from([0, 0, 0, 1])}
    return st.builds(
        Placing,
        side=st.sampled_from(Side),
        user=users,
        time_in_force=st.just(time_in_force),
        **everywhere | fields,
    )


# Most of what happens is placing, or little would ever trade.
everything: Steps = st.one_of(
    *(placings() for _ in range(7)),
    placings(time_in_force=TimeInForce.IOC),
    st.builds(Repricing, targets, st.none() | prices, st.none() | lifetimes),
    st.builds(Cancelling, targets),
    st.builds(Expiring, targets),
    st.builds(Unwinding, targets, st.just(True)),
    st.builds(Unwinding, targets, st.booleans()),
    st.builds(Paying, targets),
    st.builds(Answering, users),
    st.builds(Withdrawing, targets),
    st.builds(WithdrawingAll, users, sides),
    st.builds(Halting, st.sampled_from([None, 0, 1])),
    *(st.builds(Opening, targets) for _ in range(3)),
    st.builds(Barring, users, st.sampled_from([tuple(Side), (Side.BID,), (), ()])),
)
"""All kinds of steps, in all books."""

in_one_book: dict[str, Any] = {
    "price": st.sampled_from([0, 1]),
    "days": st.just(30),
    "book": st.just(0),
}
returns: Steps = st.one_of(
    *(placings(**in_one_book) for _ in range(9)),
    *(st.builds(Unwinding, targets, st.just(True)) for _ in range(3)),
    *(st.builds(Answering, users) for _ in range(2)),
    st.builds(Halting, st.just(0)),
    *(st.builds(Opening, targets) for _ in range(3)),
)
"""Many asks return to one book, and buyers do not pay."""


def histories(steps: Steps) -> st.SearchStrategy[list[Run]]:
    run = st.builds(
        Run,
        steps=st.lists(steps, min_size=3, max_size=20),
        days=st.sampled_from([0, 0, 0, 1, 2]),
        fails=st.sampled_from([False, False, False, False, True]),
        takes_effect=st.booleans(),
        restarts=st.sampled_from([False, False, True]),
        loads=st.sampled_from([0, 0, 1]),
    )
    return st.lists(run, min_size=2, max_size=12)


def act_out(history: list[Run]) -> None:
    markets = TwoMarkets()
    for run in history:
        markets.run(run)


@settings(max_examples=15, deadline=None)
@given(histories(everything) | histories(returns))
def test_the_shard_does_what_the_naive_market_does(history: list[Run]) -> None:
    act_out(history)


@pytest.mark.integration
@pytest.mark.no_cover
def test_the_shard_does_what_the_naive_market_does_many_times(full: bool) -> None:
    @settings(max_examples=1_000 if full else 250, deadline=None)
    @given(histories(everything) | histories(returns))
    def hold(history: list[Run]) -> None:
        act_out(history)

    hold()
