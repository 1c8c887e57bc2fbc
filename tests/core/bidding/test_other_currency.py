"""An exchange keeps its currency, unless nothing has a price yet."""

from collections.abc import AsyncIterator

import pytest

from solebook.composition.engine import apply_rules_of
from solebook.core.bidding.change_currency import CurrencyInUse
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.terms import Terms, WrongCurrency
from solebook.ports.language.users import OPERATOR

from ...exchange import Exchange, build_exchange
from ...invariants import findings
from .market import Market, build_market

DINARS = MarketRules.in_currency("KWD")


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    """A market whose engine has stopped."""
    market = build_market()
    await market.engine.start()
    await market.engine.stop()
    yield market
    await market.engine.stop()


async def test_an_engine_in_another_currency_does_not_start_and_says_why(market: Market) -> None:
    await market.restarted()
    store = market.adapters.store
    again = market.in_another_process(rules=DINARS)
    with pytest.raises(WrongCurrency, match="trades in USD, and this process in KWD"):
        await again.engine.start()
    assert await store.rules_in_force.find() == market.app.rules
    assert await store.exchange_terms.find() == Terms("USD")


async def test_the_currency_changes_while_nothing_has_a_price(market: Market) -> None:
    process = market.in_another_process(rules=DINARS)
    change = await apply_rules_of(process.app)(OPERATOR, reason="we are in Kuwait")
    assert change.differences["currency"] == ("USD", "KWD")
    store = market.adapters.store
    assert await store.exchange_terms.find() == Terms("KWD")
    assert await store.rules_in_force.find() == DINARS
    entry = (await store.audit_log.page(PageRequest())).items[-1]
    assert "currency: USD -> KWD" in str(entry.act.facts["changes"])
    again = await market.restarted(rules=DINARS)
    await again.engine.stop()


async def test_an_offer_keeps_the_currency(market: Market) -> None:
    again = await market.restarted()
    await again.ask(20_000)
    await again.engine.stop()
    process = again.in_another_process(rules=DINARS)
    told = "has products, offers or money in USD, so its currency cannot be changed to KWD"
    with pytest.raises(CurrencyInUse, match=told):
        await apply_rules_of(process.app)(OPERATOR, reason="we are in Kuwait")
    store = again.adapters.store
    assert await store.exchange_terms.find() == Terms("USD")
    assert await store.rules_in_force.find() == again.app.rules
    assert not (await store.audit_log.page(PageRequest())).items


async def test_a_product_has_a_price_and_keeps_the_currency() -> None:
    exchange = build_exchange()
    await exchange.new_product("9", style_code="DD1391-100")
    await started_once(exchange)
    process = exchange.in_another_process(rules=DINARS)
    with pytest.raises(CurrencyInUse):
        await process.app.bidding.change_currency.check()


async def test_a_verification_finds_that_the_settings_have_another_currency() -> None:
    exchange = build_exchange()
    await started_once(exchange)
    found = await findings(exchange.in_another_process(rules=DINARS).app)
    assert any("in force is USD; by the settings it should be KWD" in one for one in found)
    assert any("the exchange has USD" in one for one in found)


async def started_once(exchange: Exchange) -> None:
    await exchange.app.bidding.require_rules()
