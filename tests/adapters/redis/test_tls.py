"""Redis over TLS and with users of its own: who is let in, and what an operator reads if not."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from solebook.adapters.redis.connection import RedisConnection, Script
from solebook.adapters.redis.subscription import Subscription
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.composition.redis_adapters import redis_access_of
from solebook.config.redis import RedisSettings
from solebook.ports.language.errors import Unavailable

from ...certificates import Authority
from ...redis_acl import PASSWORD as OF_SENTINELS
from ...redis_acl import WITH_SENTINELS
from ...redis_connections import PATIENCE, until
from ...valkey_server import RedisServer, free_port, running_redis

pytestmark = [pytest.mark.real, pytest.mark.integration]

ADD = Script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
PASSWORD, DEFAULT = "hunter2-shop", "hunter2-default"
USERS = f"""\
user default on >{DEFAULT} ~* &* +@all
user shop on >{PASSWORD} ~* &* +@all
"""


@dataclass(frozen=True)
class Secured:
    """A server that wants certificates of its clients, and how one of them reaches it."""

    server: RedisServer
    settings: RedisSettings
    authority: Authority
    stranger: Authority
    """A CA that the server does not know, and that has not signed its certificate."""
    port: int
    """The server's port with TLS."""


def tls_of(authority: Authority, name: str, host: str, port: int) -> str:
    """Return a server's settings for a port with TLS, with a new certificate."""
    certificate, key = authority.certify(name, host)
    return (
        f"tls-port {port}\ntls-auth-clients yes\ntls-replication yes\n"
        f"tls-cert-file {certificate}\ntls-key-file {key}\n"
        f"tls-ca-cert-file {authority.certificate}\n"
    )


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder, port = tmp_path_factory.mktemp("certificates"), free_port()
    authority, stranger = Authority(folder, "authority"), Authority(folder, "stranger")
    mine, my_key = authority.certify("client")
    settings = RedisSettings(
        url=f"rediss://localhost:{port}",
        user="shop",
        password=PASSWORD,
        ca=str(authority.certificate),
        cert=str(mine),
        key=str(my_key),
        timeout=timedelta(seconds=PATIENCE),
    )
    with running_redis(tls_of(authority, "server", "localhost", port) + USERS) as server:
        yield Secured(server, settings, authority, stranger, port)


@pytest.fixture(autouse=True)
async def all_closed() -> AsyncIterator[None]:
    """Wait for the end of refused connections, which the client only begins to close."""
    yield
    loop: Any = asyncio.get_running_loop()
    await until(lambda: all(one._sock is None for one in loop._transports.values()))


def connect(settings: RedisSettings) -> RedisConnection:
    access = redis_access_of(settings, "a test")
    return RedisConnection(access, SystemStopwatch(), prefix=settings.prefix)


async def is_used(settings: RedisSettings) -> bool:
    """Whether scripts run, and messages are heard."""
    heard: list[bytes] = []

    async def hear(message: bytes) -> None:
        heard.append(message)

    async with connect(settings) as connection:
        try:
            await connection.run(ADD, [connection.name("counted")], 1)
        except Unavailable:
            return False
        subscription = Subscription(connection, connection.name("news"))
        async with subscription.open(hear, lambda: None):
            await until(lambda: subscription.is_heard)
            await connection.call("PUBLISH", connection.name("news"), "hello")
            await until(lambda: heard == [b"hello"])
    return True


async def test_it_is_used_with_a_certificate_of_ours(secured: Secured) -> None:
    assert await is_used(secured.settings)
    assert await is_used(replace(secured.settings, url=f"redis://localhost:{secured.port}"))


async def test_the_url_may_name_the_user(secured: Secured) -> None:
    url = f"rediss://shop:{PASSWORD}@localhost:{secured.port}"
    assert await is_used(replace(secured.settings, url=url, user="nobody", password="none"))


async def test_a_password_alone_is_that_of_the_default_user(secured: Secured) -> None:
    assert await is_used(replace(secured.settings, user=None, password=DEFAULT))
    url = f"rediss://:{DEFAULT}@localhost:{secured.port}"
    assert await is_used(replace(secured.settings, url=url, user=None, password=None))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"password": "hunter3"}, "invalid username-password pair"),
        ({"user": "nobody"}, "invalid username-password pair"),
        ({"user": None, "password": None}, "Authentication required"),
    ],
    ids=["password", "user", "none"],
)
async def test_without_a_right_password_it_is_done_without(
    secured: Secured, wrong: dict[str, str], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert not await is_used(replace(secured.settings, **wrong))  # type: ignore[arg-type]
    assert "Redis is not used until it answers again" in caplog.text
    assert why in caplog.text
    assert "hunter" not in caplog.text


@pytest.mark.parametrize("who", ["without a certificate", "with a certificate of a stranger"])
async def test_a_client_that_the_server_does_not_know_is_not_let_in(
    secured: Secured, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    cert, key = None, None
    if who != "without a certificate":
        cert, key = map(str, secured.stranger.certify("client of a stranger"))
    assert not await is_used(replace(secured.settings, cert=cert, key=key))
    assert "Error while reading" in caplog.text


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("another CA", "certificate verify failed"),
        ("another host", "IP address mismatch"),
        ("no CA", "certificate verify failed"),
        ("no TLS", "it did not answer in time"),
    ],
)
async def test_a_server_that_does_not_prove_itself_is_not_used(
    secured: Secured, what: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = secured.settings
    plain = f"rediss://localhost:{secured.server.port}"
    wrong = {
        "another CA": replace(settings, ca=str(secured.stranger.certificate)),
        "another host": replace(settings, url=f"rediss://127.0.0.1:{secured.port}"),
        "no CA": replace(settings, ca=None),
        "no TLS": replace(settings, url=plain, timeout=timedelta(seconds=0.5)),
    }[what]
    assert not await is_used(wrong)
    assert why in caplog.text


@pytest.fixture(scope="module")
def by_sentinel(secured: Secured) -> Iterator[RedisSettings]:
    """A server, and a Sentinel with a password of its own that knows it, all with TLS."""
    port, its_port = free_port(), free_port()
    sentinel = (
        f"sentinel monitor main 127.0.0.1 {port} 1\n"
        f"sentinel auth-user main shop\nsentinel auth-pass main {PASSWORD}\n"
        f"user default off\n{WITH_SENTINELS}\n"
    )
    authority = secured.authority
    with ExitStack() as stack:
        tls = tls_of(authority, "primary", "127.0.0.1", port)
        stack.enter_context(running_redis(tls + USERS))
        tls = tls_of(authority, "sentinel", "127.0.0.1", its_port)
        stack.enter_context(running_redis(tls + sentinel))
        yield replace(
            secured.settings,
            url=f"rediss+sentinel://127.0.0.1:{its_port}/main",
            sentinel_user="solebook",
            sentinel_password=OF_SENTINELS,
        )


async def test_sentinels_have_tls_and_users_of_their_own(by_sentinel: RedisSettings) -> None:
    assert await is_used(by_sentinel)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"sentinel_password": "hunter3"}, "invalid username-password pair"),
        ({"sentinel_user": None, "sentinel_password": None}, "Authentication required"),
        ({"password": "hunter3"}, "invalid username-password pair"),
    ],
    ids=["password", "none", "the server's"],
)
async def test_without_the_password_of_the_sentinels_it_is_done_without(
    by_sentinel: RedisSettings, wrong: dict[str, str], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert not await is_used(replace(by_sentinel, **wrong))  # type: ignore[arg-type]
    assert why in caplog.text
    assert "hunter" not in caplog.text
