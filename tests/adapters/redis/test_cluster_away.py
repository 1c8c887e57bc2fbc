"""A cluster of which no node answers, or a server that is none."""

import pytest

from solebook.adapters.redis.access import RedisAccess
from solebook.adapters.redis.connection import RedisConnection
from solebook.adapters.redis.subscription import Subscription
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.ports.language.errors import Unavailable

from ...redis_connections import PATIENCE, until
from ...valkey_server import running_valkey

NOWHERE = 1
"""A port where nobody listens."""


def access_to(port: int) -> RedisAccess:
    return RedisAccess(kind="cluster", hosts=(("127.0.0.1", port),), timeout=PATIENCE)


async def never(_: bytes) -> None:
    pytest.fail("nobody has sent anything")


async def test_a_call_is_unavailable_while_no_node_answers() -> None:
    async with RedisConnection(access_to(NOWHERE), SystemStopwatch()) as connection:
        with pytest.raises(Unavailable):
            await connection.check()


@pytest.mark.real
@pytest.mark.integration
async def test_a_server_that_is_no_cluster_is_a_redis_that_is_away() -> None:
    with running_valkey() as server:
        async with RedisConnection(access_to(server.port), SystemStopwatch()) as connection:
            with pytest.raises(Unavailable) as refused:
                await connection.check()
    assert "Cluster mode is not enabled" in str(refused.value.__cause__)


async def test_what_is_not_heard_is_told_once_and_without_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    attempts = 0

    class Counted(RedisConnection):
        def pubsub(self):  # type: ignore[no-untyped-def]  # as the original
            nonlocal attempts
            attempts += 1
            return super().pubsub()

    async with Counted(access_to(NOWHERE), SystemStopwatch()) as connection:
        subscription = Subscription(connection, "news", pause=0.001)
        async with subscription.open(never, lambda: None):
            await until(lambda: attempts > 3)
    [line] = caplog.records
    assert line.getMessage().startswith("nothing is heard on news until Redis answers: ")
    assert line.exc_info is None
