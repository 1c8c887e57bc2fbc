"""An in-memory application continues in another one, like an exchange after a restart."""

from datetime import timedelta

import pytest

from solebook.composition.application import Application
from solebook.composition.embedded import build_embedded
from solebook.composition.engine import apply_rules_of, engine_of
from solebook.core.bidding.rules_change import QuotesOutsideRules
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.ids import ProductId, QuoteId, UserId
from solebook.ports.language.market import BookKey, QuoteStatus, Side, parse_size
from solebook.ports.language.placement import PlaceQuote
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import OPERATOR

HIGHER = MarketRules(min_amount=10_000)


async def stopped_with_an_ask(amount: int) -> tuple[Application, QuoteId]:
    app = build_embedded()
    await engine_of(app).start()
    ids = app.adapters.ids
    placed = await app.matching.place(
        PlaceQuote(
            id=QuoteId(ids.new()),
            side=Side.ASK,
            user_id=UserId(ids.new()),
            book=BookKey(ProductId(ids.new()), parse_size("9")),
            amount=amount,
            expires_at=app.adapters.clock.now() + timedelta(days=30),
        )
    )
    await engine_of(app).stop()
    return app, placed.quote.id


async def test_the_next_application_goes_on_with_store_clock_and_rules() -> None:
    app, ask = await stopped_with_an_ask(2_500)
    after = build_embedded(after=app)
    await engine_of(after).start()
    assert (await after.adapters.store.quotes.get(ask)).status is QuoteStatus.ACTIVE
    assert after.rules == app.rules
    assert after.adapters.clock is app.adapters.clock
    await Workers(after).settle()
    await engine_of(after).stop()


async def test_the_start_fails_if_a_standing_quote_is_outside_the_rules() -> None:
    app, _ = await stopped_with_an_ask(2_500)
    with pytest.raises(QuotesOutsideRules):
        await engine_of(build_embedded(after=app, rules=HIGHER)).start()


async def test_the_exchange_starts_with_applied_rules() -> None:
    app, ask = await stopped_with_an_ask(2_500)
    change = await apply_rules_of(build_embedded(after=app, rules=HIGHER))(
        OPERATOR, reason="the market is for higher prices"
    )
    assert change.outside.asks == 1
    after = build_embedded(after=app, rules=HIGHER)
    await engine_of(after).start()
    assert (await after.adapters.store.quotes.get(ask)).status is QuoteStatus.CANCELLED
    await engine_of(after).stop()
