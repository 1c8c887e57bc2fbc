"""A connection to Redis that answers, hangs, is lost and comes back."""

import asyncio
import time
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.adapters.redis.connection import RedisConnection, Script
from solebook.ports.language.errors import Unavailable

from ...busy_machine import timed
from ...redis_connections import PATIENCE, connected, some_prefix
from ...valkey_server import ValkeyServer, running_valkey

ADD = Script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
QUICK = 0.1


@pytest.fixture
def stopwatch(clock: VirtualClock) -> VirtualStopwatch:
    return VirtualStopwatch(clock)


async def ends_after(steps: int, work: Coroutine[Any, Any, None]) -> bool:
    """Cancel a task after a few steps of the event loop, and return whether it ends."""
    working = asyncio.create_task(work)
    for _ in range(steps):
        await asyncio.sleep(0)
    working.cancel()
    ended, _ = await asyncio.wait([working], timeout=PATIENCE / 10)
    if not ended:
        working.cancel()
    return bool(ended)


async def fail(connection: RedisConnection, times: int) -> None:
    for _ in range(times):
        with pytest.raises(Unavailable, match="Redis is unavailable"):
            await connection.check()


async def test_commands_and_scripts_are_answered(valkey_server: ValkeyServer) -> None:
    async with connected(valkey_server, prefix=some_prefix()) as connection:
        key = connection.name("counted", "a")
        assert await connection.run(ADD, [key], 2) == 2
        assert await connection.run(ADD, [key], 3) == 5
        assert await connection.call("GET", key) == b"5"


async def test_a_script_that_the_server_has_forgotten_runs_again(
    own_valkey_server: ValkeyServer,
) -> None:
    async with connected(own_valkey_server) as connection:
        await connection.run(ADD, ["a"], 1)
        own_valkey_server.command("SCRIPT", "FLUSH")
        assert await connection.run(ADD, ["a"], 1) == 2


async def test_names_begin_with_the_prefix(valkey_server: ValkeyServer) -> None:
    async with (
        connected(valkey_server, prefix="mine") as mine,
        connected(valkey_server) as plain,
    ):
        assert mine.name("products", "1") == "mine:products:1"
        assert plain.name("products", "1") == "products:1"


@pytest.mark.alone
async def test_a_server_that_hangs_costs_a_tenth_of_a_second_and_then_nothing(
    own_valkey_server: ValkeyServer, stopwatch: VirtualStopwatch
) -> None:
    async with connected(own_valkey_server, timeout=QUICK, stopwatch=stopwatch) as connection:
        own_valkey_server.pause()
        with timed() as took:
            await fail(connection, 3)
        assert took.seconds >= 3 * QUICK
        assert took.own < 30 * QUICK
        own_valkey_server.resume()
        await fail(connection, 1)  # it was not asked


async def test_a_server_that_is_back_is_used_again(
    own_valkey_server: ValkeyServer, clock: VirtualClock, stopwatch: VirtualStopwatch
) -> None:
    async with connected(own_valkey_server, stopwatch=stopwatch) as connection:
        await connection.check()
        own_valkey_server.kill()
        await fail(connection, 3)
        own_valkey_server.start()
        await fail(connection, 1)
        await clock.advance(timedelta(seconds=1))
        await connection.check()
        await connection.check()


async def test_a_server_need_not_be_there_at_the_start(
    own_valkey_server: ValkeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    own_valkey_server.kill()
    async with connected(own_valkey_server) as connection:
        await fail(connection, 2)
        own_valkey_server.start()
        await connection.check()
    told = [record.message.partition(":")[0] for record in caplog.records]
    assert told == ["Redis is not used until it answers again", "Redis answers again"]


async def test_a_wrong_password_is_told_and_done_without(caplog: pytest.LogCaptureFixture) -> None:
    with running_valkey("requirepass right") as server:
        async with connected(server, password="right") as connection:
            assert await connection.call("ECHO", "hello") == b"hello"
        async with connected(server, password="wrong") as connection:
            await fail(connection, 1)
    assert "invalid username-password pair" in caplog.text
    assert "wrong" not in caplog.text.replace("WRONGPASS", "")


async def test_more_calls_than_connections_wait_for_each_other(
    valkey_server: ValkeyServer,
) -> None:
    async with connected(valkey_server, prefix=some_prefix(), connections=3) as connection:
        key = connection.name("counted")
        counts = await asyncio.gather(*(connection.run(ADD, [key], 1) for _ in range(200)))
        assert sorted(counts) == list(range(1, 201))


async def test_a_call_that_is_given_up_leaves_no_answer_for_the_next(
    own_valkey_server: ValkeyServer,
) -> None:
    async with connected(own_valkey_server, connections=1) as connection:
        for name in "ab":
            await connection.call("SET", name, f"value of {name}")
        own_valkey_server.pause()
        given_up = asyncio.create_task(connection.call("GET", "a"))
        await asyncio.sleep(0.02)
        given_up.cancel()
        await asyncio.wait([given_up])
        own_valkey_server.resume()
        assert await connection.call("GET", "b") == b"value of b"


async def test_a_process_that_was_busy_itself_reads_the_answer_first(
    own_valkey_server: ValkeyServer,
) -> None:
    async with connected(own_valkey_server, timeout=QUICK) as connection:
        await connection.check()
        asking = asyncio.create_task(connection.call("ECHO", "hello"))
        for _ in range(3):
            await asyncio.sleep(0)
        until = time.monotonic() + 2 * QUICK
        while time.monotonic() < until:
            own_valkey_server.command("PING")
        assert await asking == b"hello"


async def test_a_defective_script_is_told_and_done_without(
    valkey_server: ValkeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(valkey_server) as connection:
        with pytest.raises(Unavailable):
            await connection.run(Script("return redis.call('NONSENSE')"), ["a"])
    assert "command called from script" in caplog.text


async def test_closing_does_not_wait_for_a_server_that_hangs(
    own_valkey_server: ValkeyServer,
) -> None:
    async with connected(own_valkey_server, timeout=QUICK) as connection:
        await connection.check()
        own_valkey_server.pause()
        began = time.monotonic()
    own_valkey_server.resume()
    assert time.monotonic() - began < PATIENCE


@pytest.mark.parametrize("steps", range(1, 25))
async def test_whoever_calls_can_be_cancelled_at_any_time(
    valkey_server: ValkeyServer, steps: int
) -> None:
    async with connected(valkey_server) as connection:
        await connection.check()

        async def call_for_ever() -> None:
            while True:
                await connection.check()

        assert await ends_after(steps, call_for_ever())


@pytest.fixture(scope="module")
def strict_server() -> Iterator[ValkeyServer]:
    with running_valkey("requirepass right") as server:
        yield server


@pytest.mark.parametrize("steps", range(1, 40))
async def test_whoever_is_refused_can_be_cancelled_at_any_time(
    strict_server: ValkeyServer, steps: int
) -> None:
    async with connected(strict_server, password="wrong", pause=0.0) as connection:

        async def call_for_ever() -> None:
            while True:
                with suppress(Unavailable):
                    await connection.check()

        assert await ends_after(steps, call_for_ever())


async def test_calls_that_fail_among_others_that_do_not_are_told_once(
    valkey_server: ValkeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(valkey_server, prefix=some_prefix()) as connection:
        key = connection.name("text")
        await connection.call("SET", key, "text")
        for number in range(10):
            with pytest.raises(Unavailable):
                await connection.run(
                    Script(f"return redis.call('INCR', KEYS[1]) + {number}"), [key]
                )
            await connection.check()
    told = [record.message.partition(":")[0] for record in caplog.records]
    assert told == ["Redis is not used until it answers again", "Redis answers again"]
