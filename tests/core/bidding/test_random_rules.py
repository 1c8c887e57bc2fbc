"""Random quotes and random new rules: no book ever has a quote outside the rules."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solebook.composition.engine import apply_rules_of
from solebook.core.bidding.rules_change import QuotesOutsideRules
from solebook.core.payments.fees import fees_of
from solebook.ports.language.market import Quote, QuoteStatus, Side
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import OPERATOR

from .market import Market, build_market

OLD = MarketRules()
LEVELS = range(1, 6)


@st.composite
def new_rules(draw: st.DrawFn) -> MarketRules:
    tick = draw(st.sampled_from([100, 300, 500, 1_000]))
    lowest = tick * draw(st.integers(1, 40))
    try:
        return replace(
            OLD,
            tick=tick,
            min_amount=lowest,
            max_amount=lowest + tick * draw(st.integers(0, 60)),
            min_transaction_fee=draw(st.integers(0, 6_000)),
            transaction_fees=(draw(st.integers(0, 9_000)),) * 5,
            processing_fee=draw(st.integers(0, 900)),
            shipping_fee=draw(st.sampled_from([0, 1_400, 5_000])),
            min_penalty=0,
        )
    except ValueError:
        assume(False)
        raise


amounts = st.integers(25, 300).map(lambda hundreds: hundreds * 100)


async def placed(market: Market, bids: list[int], asks: list[int]) -> list[Quote]:
    """Have bids and asks stand, all asks above all bids, each of one of three owners."""
    owners = [market.user_id() for _ in range(3)]
    quotes = []
    for number, amount in enumerate(bids):
        quotes.append((await market.bid(amount, user_id=owners[number % 3])).quote)
    above = max(bids, default=0)
    for number, amount in enumerate(asks):
        quotes.append((await market.ask(above + amount, user_id=owners[number % 3])).quote)
    return quotes


@given(
    rules=new_rules(),
    bids=st.lists(amounts, max_size=4),
    asks=st.lists(amounts, max_size=4),
)
@settings(max_examples=15, deadline=None)
async def test_a_start_is_refused_for_exactly_what_is_outside_and_applying_withdraws_it(
    rules: MarketRules, bids: list[int], asks: list[int]
) -> None:
    market = build_market(rules=OLD)
    await market.engine.start()
    quotes = await placed(market, bids, asks)
    await market.engine.stop()
    outside = {quote.id for quote in quotes if not rules.allows(quote.amount)}
    if outside:
        process = market.in_another_process(rules=rules)
        with pytest.raises(QuotesOutsideRules) as refused:
            await process.engine.start()
        assert refused.value.outside.quotes == len(outside)
        await apply_rules_of(process.app)(OPERATOR, reason="the rules changed")
    again = await market.restarted(rules=rules)
    for quote in quotes:
        expected = QuoteStatus.CANCELLED if quote.id in outside else QuoteStatus.ACTIVE
        assert (await market.stored(quote)).status is expected
        if expected is QuoteStatus.ACTIVE and quote.side is Side.ASK:
            costs = [fees_of(quote.amount, level, rules) for level in LEVELS]
            assert all(quote.amount > cost.transaction + cost.processing for cost in costs)
    await again.assert_view_is_the_store()
    await again.engine.stop()
