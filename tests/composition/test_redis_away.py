"""Two processes of one exchange whose Redis fails: no answer is wrong, and none is late."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from solebook.composition.health import view_health_of
from solebook.config.http import HttpSettings
from solebook.config.settings import Settings
from solebook.ports.language.rate_limits import RateLimit

from ..busy_machine import timed
from ..redis_connections import PATIENCE
from ..valkey_server import ValkeyServer
from .redis_faults import FAULTS
from .sharing_processes import PERSON, PLENTY, Exchange, Process, opened, settings_of

pytestmark = pytest.mark.alone

TOLERATED = 0.5
"""Seconds by which a request may be late because of Redis."""

Fault = Callable[[ValkeyServer, float], AbstractAsyncContextManager[None]]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
async def test_no_answer_is_wrong_and_none_is_late(
    on_sqlite: Settings, own_valkey_server: ValkeyServer, fault: Fault, full: bool
) -> None:
    async with opened(on_sqlite, settings_of(own_valkey_server)) as exchange:
        one, other = exchange.one, exchange.other
        number = newest = 0
        for _ in range(10 if full else 1):
            async with fault(own_valkey_server, 5.0 if full else 2.5):
                for _ in range(5):
                    number += 1
                    token = await one.sign_in()
                    assert await other.status_of(token) == 200
                    await exchange.edit(number)
                    assert await exchange.shown(one) == number
                    newest = await later(exchange, newest)
                    assert (await one.call("DELETE", "/v1/sessions/current", token)).is_success
                    assert await other.status_of(token) == 401
                    assert await one.status_of(token) == 401
            async with asyncio.timeout(PATIENCE):
                while newest < number:
                    newest = await later(exchange, newest)
                    assert await exchange.shown(one) == number
        print(f"the longest request took {one.late.longest * 1000:.0f} ms")
        assert one.late.longest < TOLERATED, one.late.where


async def later(exchange: Exchange, newest: int) -> int:
    """Return which version the other process shows: none that is older than before."""
    shown = await exchange.shown(exchange.other)
    assert shown >= newest
    return shown


async def test_nobody_guesses_more_passwords_while_redis_is_away(
    on_sqlite: Settings, own_valkey_server: ValkeyServer
) -> None:
    strict = RateLimit(burst=10, per_second=0.001)
    http = HttpSettings(user_limit=PLENTY, address_limit=PLENTY, credentials_limit=strict)
    guess = PERSON | {"password": "wrong horse battery"}
    async with opened(on_sqlite, settings_of(own_valkey_server), http) as exchange:
        own_valkey_server.kill()
        answers = await asyncio.gather(
            *(
                process.call("POST", "/v1/sessions", json=guess)
                for process in (exchange.one, exchange.other)
                for _ in range(20)
            )
        )
        statuses = [answer.status_code for answer in answers]
        assert (statuses.count(401), statuses.count(429)) == (10, 30)


async def test_wrong_passwords_at_one_process_keep_nobody_out_of_the_other(
    on_sqlite: Settings, own_valkey_server: ValkeyServer
) -> None:
    http = HttpSettings(
        user_limit=PLENTY,
        address_limit=PLENTY,
        credentials_limit=RateLimit(burst=2, per_second=0.001),
        email_limit=RateLimit(burst=6, per_second=0.001),
        trusted_proxies=("127.0.0.1",),
    )
    guess = PERSON | {"password": "wrong horse battery"}

    async def statuses(process: Process, credentials: dict[str, Any], *sources: str) -> list[int]:
        return [
            (
                await process.call(
                    "POST", "/v1/sessions", json=credentials, headers={"X-Forwarded-For": source}
                )
            ).status_code
            for source in sources
        ]

    # A busy machine is not what is away here.
    redis = replace(settings_of(own_valkey_server), timeout=timedelta(seconds=PATIENCE))
    async with opened(on_sqlite, redis, http) as exchange:
        assert await statuses(exchange.one, PERSON, "198.51.100.7") == [201]
        strangers = [f"203.0.113.{n}" for n in range(7)]
        assert await statuses(exchange.one, guess, *strangers) == [401] * 6 + [429]
        assert await statuses(exchange.other, PERSON, "198.51.100.8") == [429]
        assert await statuses(exchange.other, PERSON, "198.51.100.7") == [201]
        own_valkey_server.kill()
        assert await statuses(exchange.other, guess, *strangers) == [401] * 3 + [429] * 4
        assert await statuses(exchange.other, PERSON, "198.51.100.7") == [201]


async def test_its_health_tells_that_redis_is_not_used(
    on_sqlite: Settings, own_valkey_server: ValkeyServer
) -> None:
    async with opened(on_sqlite, settings_of(own_valkey_server)) as exchange:
        view_health = view_health_of(exchange.one.application)
        async with asyncio.timeout(PATIENCE):
            while (await view_health())["redis"].state != "answers":  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        own_valkey_server.pause()
        with timed() as took:
            health = (await view_health())["redis"]
        own_valkey_server.resume()
        assert (health.state, health.is_optional) == ("is not used", True)
        assert took.own < 2.0
