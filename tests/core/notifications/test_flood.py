"""Many price crossings cause few letters, and important letters go first."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from solebook.adapters.memory.messengers import MemoryMailer
from solebook.composition.engine import engine_of
from solebook.ports.language.events import PriceDropped
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.users import Actor

from ...exchange import SIZE, Exchange, build_exchange

WATCHERS = 100
PRICE = 20_000


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    exchange = build_exchange()
    await exchange.open()
    yield exchange
    await engine_of(exchange.app).stop()


async def watch(exchange: Exchange, watcher: Actor, price: int = PRICE) -> None:
    await exchange.app.price_alerts.watch_price(
        watcher, product_id=exchange.product.id, size=SIZE, price=price
    )


async def place_and_cancel(exchange: Exchange, times: int, *, amount: int = PRICE) -> None:
    for _ in range(times):
        ask = (await exchange.ask(exchange.seller, amount)).quote
        await exchange.app.bidding.cancel_quote(exchange.seller, ask.side, ask.id)
        await exchange.clock.advance(timedelta(milliseconds=10))


def subjects(exchange: Exchange) -> list[str]:
    mailer = exchange.app.adapters.mailer
    assert isinstance(mailer, MemoryMailer)
    return [mail.subject.partition(":")[0] for mail in mailer.sent]


async def test_an_ask_placed_and_cancelled_hundreds_of_times_causes_one_letter_per_watcher(
    exchange: Exchange,
) -> None:
    watchers = [await exchange.person() for _ in range(WATCHERS)]
    for watcher in watchers:
        await watch(exchange, watcher)
    await exchange.workers.settle()
    before = len(subjects(exchange))
    await place_and_cancel(exchange, 452)
    order_id = await exchange.match()
    await exchange.workers.settle()
    assert (await exchange.order(order_id)).status is OrderStatus.CONFIRMED
    told = [m.event.user_id for m in exchange.bus.published if isinstance(m.event, PriceDropped)]
    assert Counter(told) == Counter(watcher.user_id for watcher in watchers)
    letters = subjects(exchange)[before:]
    about_prices = [place for place, subject in enumerate(letters) if subject == "Price dropped"]
    assert len(about_prices) == WATCHERS
    # "Ask matched" goes first; meanwhile the queue's other workers have something else to do.
    assert letters.index("Ask matched") < letters.index("Sale confirmed") < about_prices[4]


async def test_a_hundred_alerts_of_one_user_on_one_book_cause_one_letter(
    exchange: Exchange,
) -> None:
    for step in range(WATCHERS):
        await watch(exchange, exchange.buyer, PRICE + 100 * step)
    await exchange.workers.settle()
    before = len(subjects(exchange))
    await place_and_cancel(exchange, 50)
    await exchange.workers.settle()
    assert subjects(exchange)[before:] == ["Price dropped"]
