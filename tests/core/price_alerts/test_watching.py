"""Users create and delete alerts, within the market's rules."""

from dataclasses import replace
from typing import Any

import pytest

from solebook.composition.engine import engine_of
from solebook.ports.language.errors import (
    AlertExists,
    InvalidSize,
    NotFound,
    OutOfRange,
    OutsideTick,
    Refusal,
    SizeNotOffered,
    TooManyAlerts,
)
from solebook.ports.language.ids import AlertId, ProductId
from solebook.ports.language.market import Condition
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.price_alerts import PriceAlert
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import Actor

from ...exchange import SIZE, Exchange, build_exchange


async def watch(
    exchange: Exchange, price: int = 20_000, *, by: Actor | None = None, **more: Any
) -> PriceAlert:
    wanted: dict[str, Any] = {
        "product_id": exchange.product.id,
        "size": SIZE,
        "price": price,
    } | more
    return await exchange.app.price_alerts.watch_price(by or exchange.buyer, **wanted)


async def alerts(exchange: Exchange, owner: Actor | None = None) -> list[PriceAlert]:
    owner = owner or exchange.buyer
    page = await exchange.store.price_alerts.of_user(owner.user_id, PageRequest(100))
    return list(page.items)


async def test_an_alert_is_for_a_book_and_a_price(exchange: Exchange) -> None:
    alert = await watch(exchange, 19_000, condition=Condition.USED)
    assert alert == PriceAlert(
        id=alert.id,
        user_id=exchange.buyer.user_id,
        book=exchange.product.book(SIZE, Condition.USED),
        price=19_000,
        created_at=exchange.clock.now(),
    )
    assert await alerts(exchange) == [alert]


async def test_the_default_condition_is_new(exchange: Exchange) -> None:
    assert (await watch(exchange)).book.condition is Condition.NEW


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"price": 20_050}, OutsideTick),
        ({"price": 2_400}, OutOfRange),
        ({"price": 10_000_100}, OutOfRange),
        ({"size": "9.25"}, InvalidSize),
        ({"size": "14"}, SizeNotOffered),
    ],
)
async def test_a_price_that_no_ask_may_have_is_refused(
    exchange: Exchange, wrong: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        await watch(exchange, **wrong)
    assert not await alerts(exchange)


async def test_an_unknown_product_is_not_found(exchange: Exchange) -> None:
    with pytest.raises(NotFound):
        await watch(exchange, product_id=ProductId(exchange.buyer.user_id))
    assert not await alerts(exchange)


async def test_a_duplicate_alert_is_refused(exchange: Exchange) -> None:
    first = await watch(exchange)
    with pytest.raises(AlertExists) as refused:
        await watch(exchange)
    assert refused.value.id == first.id
    await watch(exchange, by=exchange.seller)
    assert await alerts(exchange) == [first]


async def test_the_number_of_alerts_per_user_is_limited() -> None:
    exchange = build_exchange(rules=MarketRules(max_price_alerts=2))
    await exchange.open()
    made = [await watch(exchange, price) for price in (20_000, 20_100)]
    with pytest.raises(TooManyAlerts) as refused:
        await watch(exchange, 20_200)
    assert refused.value.limit == 2
    assert await alerts(exchange) == made[::-1]
    await exchange.app.price_alerts.unwatch_price(exchange.buyer, made[0].id)
    await watch(exchange, 20_200)
    await watch(exchange, by=exchange.seller)
    await engine_of(exchange.app).stop()


async def test_a_limit_of_0_disables_alerts() -> None:
    exchange = build_exchange(rules=MarketRules(max_price_alerts=0))
    await exchange.open()
    with pytest.raises(TooManyAlerts, match="this market offers no price alerts"):
        await watch(exchange)
    await engine_of(exchange.app).stop()


async def test_a_deleted_alert_can_be_created_again(
    exchange: Exchange,
) -> None:
    alert = await watch(exchange)
    await exchange.app.price_alerts.unwatch_price(exchange.buyer, alert.id)
    assert not await alerts(exchange)
    with pytest.raises(NotFound):
        await exchange.app.price_alerts.unwatch_price(exchange.buyer, alert.id)
    again = await watch(exchange)
    assert replace(again, id=alert.id) == alert


async def test_another_users_alert_is_not_found_and_stays(exchange: Exchange) -> None:
    alert = await watch(exchange)
    for alert_id in (alert.id, AlertId(exchange.seller.user_id)):
        with pytest.raises(NotFound):
            await exchange.app.price_alerts.unwatch_price(exchange.seller, alert_id)
    assert await alerts(exchange) == [alert]
