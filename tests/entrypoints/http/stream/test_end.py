"""How connections to the live stream end."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar

from solebook.config.stream import StreamSettings

from ..world import Person, World
from .sockets import PATIENCE, Socket, accepted, connected
from .subscriptions import INTERVAL, book


async def test_a_client_that_vanishes_while_it_is_told_something_leaves_nothing_behind(
    app: Litestar, market: World, buyer: Person
) -> None:
    async with connected(app, buyer.headers) as socket:
        await accepted(socket)
        await socket.hear()
        await socket.ask(op="subscribe", channel="orders")
        await socket.ask(op="subscribe", **book(market))
        socket.gone = True
        await market.bid(buyer)
        await market.clock.advance(INTERVAL)
        assert socket.serving is not None
        await asyncio.wait_for(socket.serving, PATIENCE)


async def test_the_last_who_leaves_leaves_no_task_behind(
    app: Litestar, market: World, buyer: Person
) -> None:
    before = asyncio.all_tasks()
    async with connected(app, buyer.headers) as socket:
        await accepted(socket)
        await socket.hear()
        await socket.ask(op="subscribe", channel="orders")
        await socket.ask(op="subscribe", **book(market))
        for amount in (10_000, 11_000):
            await market.bid(buyer, amount)
            await socket.news()
        assert len(asyncio.all_tasks() - before) > 3
    assert asyncio.all_tasks() == before


async def test_a_defect_ends_its_own_connection_alone(
    app: Litestar,
    market: World,
    socket: Socket,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with connected(app) as broken:
        await accepted(broken)

        async def fail(*_: object) -> None:
            raise ZeroDivisionError

        with monkeypatch.context() as patch:
            patch.setattr(type(market.application.adapters.store.products), "get", fail)
            broken.say(op="subscribe", **book(market))
            assert await broken.close_code() == 1011
    assert "a connection to the stream failed" in caplog.text
    assert (await socket.ask(op="subscribe", **book(market)))["type"] == "snapshot"


@pytest.mark.parametrize(
    "wrong",
    [
        {"interval": timedelta(seconds=-1)},
        {"interval": timedelta(minutes=1)},
        {"patience": timedelta(0)},
        {"idle": timedelta(0)},
        {"connections": 0},
        {"connections_per_address": 0},
        {"connections_per_user": 0},
        {"errors": 0},
        {"books": 0},
        {"books": 256},
        {"max_message": 100},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        StreamSettings(**wrong)
