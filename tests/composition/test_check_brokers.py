"""A diagnosis of NATS and Redis says what is wrong and what to do, and changes nothing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import nats
import pytest

from solebook.adapters.nats import check as nats_check
from solebook.adapters.redis import check as redis_check
from solebook.composition.nats_bus import prepare_broker
from solebook.config.nats import NatsSettings
from solebook.config.redis import RedisSettings
from solebook.config.settings import Settings

from ..certificates import Authority
from ..nats_server import NatsServer, running_nats
from ..redis_acl import ON_A_SERVER, PASSWORD, PREFIX
from ..valkey_server import RedisServer, ValkeyServer, free_port, running_redis
from .tried import FAILED, OK, WARNING, all_well, closed_port, says, silent_server, tried

WRONG = "wrong-hunter2"
USERS = f"""\
authorization {{ users: [
    {{ user: all, password: "{PASSWORD}" }},
    {{ user: mute, password: "{PASSWORD}", permissions: {{ publish: "$JS.API.>" }} }},
    {{ user: deaf, password: "{PASSWORD}", permissions: {{ subscribe: "_INBOX.>" }} }}
] }}
"""


# ---- NATS ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Brokers:
    secured: NatsServer
    """With users and TLS."""
    forgetful: NatsServer
    """With users, and without JetStream."""
    ca: Path
    stranger: Path


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    folder = tmp_path_factory.mktemp("certificates")
    authority, stranger = Authority(folder, "authority"), Authority(folder, "stranger")
    certificate, key = authority.certify("server", "localhost")
    tls = f'tls {{ cert_file: "{certificate}", key_file: "{key}" }}\n'
    with running_nats(tls + USERS) as secured, running_nats("jetstream: false\n") as forgetful:
        yield Brokers(secured, forgetful, authority.certificate, stranger.certificate)


@pytest.fixture
def on_nats(on_postgres: Settings, nats_server: NatsServer) -> Settings:
    return at(on_postgres, url=nats_server.url)


def at(settings: Settings, **values: Any) -> Settings:
    prefix = {"prefix": f"check-{uuid4().hex[:8]}"}
    return msgspec.structs.replace(settings, nats=NatsSettings(**prefix | values))


async def everything_in(server: NatsServer) -> object:
    """Return all streams and consumers as the server describes them, without the time."""
    client = await nats.connect(server.url)

    async def ask(what: str) -> Any:
        answer = json.loads((await client.request(f"$JS.API.{what}", timeout=20)).data)
        answer.pop("ts", None)
        return answer

    streams = (await ask("STREAM.LIST"))["streams"] or []
    found = []
    for stream in streams:
        stream.pop("ts", None)
        consumers = (await ask(f"CONSUMER.LIST.{stream['config']['name']}"))["consumers"] or []
        found.append((stream, [{**each, "ts": None} for each in consumers]))
    await client.close()
    return found


async def test_a_broker_is_well_and_nothing_changes(
    on_nats: Settings, nats_server: NatsServer
) -> None:
    await prepare_broker(on_nats)
    before = await everything_in(nats_server)
    found = await tried(on_nats, "nats")
    all_well(found)
    assert list(found) == ["reach", "TLS", "JetStream", "rights", "stream"]
    assert found["reach"].found.startswith("NATS 2.")
    assert await everything_in(nats_server) == before


async def test_a_missing_stream_is_noticed_and_not_created(
    on_nats: Settings, nats_server: NatsServer
) -> None:
    before = await everything_in(nats_server)
    found = await tried(on_nats, "nats")
    says(found["stream"], FAILED, "has no stream", "run solebook migrate")
    assert await everything_in(nats_server) == before


async def test_a_stream_that_differs_is_noticed(on_nats: Settings, nats_server: NatsServer) -> None:
    await prepare_broker(on_nats)
    prefix = on_nats.nats.prefix
    client = await nats.connect(nats_server.url)
    js = client.jetstream()
    name = f"{prefix}-events"
    consumer = (await js.consumers_info(name))[0]
    config = json.loads(
        (await client.request(f"$JS.API.CONSUMER.INFO.{name}.{consumer.name}")).data
    )
    changed = {"stream_name": name, "config": config["config"] | {"max_ack_pending": 7}}
    body = json.dumps(changed | {"action": "update"}).encode()
    await client.request(f"$JS.API.CONSUMER.DURABLE.CREATE.{name}.{consumer.name}", body)
    found = await tried(on_nats, "nats")
    says(
        found["stream"], FAILED, f"consumers differ from what this version creates: {consumer.name}"
    )
    await js.delete_consumer(name, consumer.name)
    says((await tried(on_nats, "nats"))["stream"], FAILED, "misses consumers", "solebook migrate")
    stream = json.loads((await client.request(f"$JS.API.STREAM.INFO.{name}")).data)["config"]
    await client.request(
        f"$JS.API.STREAM.UPDATE.{name}", json.dumps(stream | {"description": "mine"}).encode()
    )
    says((await tried(on_nats, "nats"))["stream"], FAILED, "differs in description")
    await client.close()


async def test_the_stream_of_another_exchange_is_noticed(
    on_nats: Settings, nats_server: NatsServer
) -> None:
    await prepare_broker(on_nats)
    client = await nats.connect(nats_server.url)
    name = f"{on_nats.nats.prefix}-events"
    stream = json.loads((await client.request(f"$JS.API.STREAM.INFO.{name}")).data)["config"]
    stream["metadata"] |= {"solebook-exchange": "another"}
    await client.request(f"$JS.API.STREAM.UPDATE.{name}", json.dumps(stream).encode())
    await client.close()
    found = await tried(on_nats, "nats")
    says(found["stream"], FAILED, "belongs to another exchange", "give each its own nats.prefix")


async def test_a_broker_that_is_not_there_or_hangs_is_noticed(on_postgres: Settings) -> None:
    found = await tried(at(on_postgres, url=f"nats://127.0.0.1:{closed_port()}"), "nats")
    says(found["reach"], FAILED, "nothing listens at 127.0.0.1", "start the server")
    assert list(found) == ["reach"]
    async with silent_server() as port:
        found = await tried(at(on_postgres, url=f"nats://127.0.0.1:{port}"), "nats", limit=0.5)
    says(found["reach"], FAILED, "no answer within", "start NATS")


async def test_who_is_not_let_in_is_noticed_and_no_password_is_shown(
    on_postgres: Settings, brokers: Brokers
) -> None:
    login = {"user": "all", "password": PASSWORD}
    server = {"url": f"tls://localhost:{brokers.secured.port}", "ca": str(brokers.ca)}
    found = await tried(at(on_postgres, **server | login), "nats")
    says(found["TLS"], OK, "the server is verified")
    says(found["rights"], OK, "may publish and subscribe")
    wrong = await tried(at(on_postgres, **server | login | {"password": WRONG}), "nats")
    says(wrong["reach"], FAILED, "does not let this user in", "correct nats.user and nats.password")
    other = await tried(at(on_postgres, **server | login | {"ca": str(brokers.stranger)}), "nats")
    says(other["reach"], FAILED, "the certificate cannot be verified", "the CA that has signed it")
    plain = f"nats://localhost:{brokers.secured.port}"
    in_the_clear = await tried(at(on_postgres, **login, url=plain), "nats")
    says(in_the_clear["reach"], FAILED, "the certificate cannot be verified", "name the file")
    mute = await tried(at(on_postgres, **server, user="mute", password=PASSWORD), "nats")
    says(mute["rights"], FAILED, "the user may not publish to", "allow it in the server's perm")
    deaf = await tried(at(on_postgres, **server, user="deaf", password=PASSWORD), "nats")
    says(deaf["rights"], FAILED, "the user may not subscribe to", "allow it")
    told = repr((found, wrong, other, in_the_clear, mute, deaf))
    assert WRONG not in told
    assert PASSWORD not in told


async def test_a_broker_without_jetstream_or_too_old_is_noticed(
    on_postgres: Settings, brokers: Brokers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats_check, "OLDEST", (99, 1))
    found = await tried(at(on_postgres, url=brokers.forgetful.url), "nats")
    says(found["reach"], FAILED, "NATS 2.", "use NATS 99.1 or newer")
    says(found["JetStream"], FAILED, "does not keep messages", "turn it on")


# ---- Redis ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Secured:
    server: RedisServer
    tls_port: int
    ca: Path
    stranger: Path

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.server.port}"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder, port = tmp_path_factory.mktemp("certificates"), free_port()
    authority, stranger = Authority(folder, "authority"), Authority(folder, "stranger")
    certificate, key = authority.certify("server", "127.0.0.1")
    lacking = ON_A_SERVER.replace("user solebook", "user lacking").replace(" +zadd", "")
    lines = (
        f"tls-port {port}\ntls-cert-file {certificate}\ntls-key-file {key}\n"
        f"tls-ca-cert-file {authority.certificate}\ntls-auth-clients no\n"
        f"user default off\nuser admin on >{PASSWORD} ~* &* +@all\n"
    )
    with running_redis(f"{lines}{ON_A_SERVER}\n{lacking}\n") as server:
        yield Secured(server, port, authority.certificate, stranger.certificate)


def with_redis(settings: Settings, **values: Any) -> Settings:
    return msgspec.structs.replace(settings, redis=RedisSettings(**values))


async def test_a_redis_is_well_and_nothing_is_left_there(
    on_sqlite: Settings, valkey_server: ValkeyServer
) -> None:
    valkey_server.command("FLUSHALL")
    settings = with_redis(on_sqlite, url=valkey_server.url, prefix="shop")
    found = await tried(settings, "redis")
    all_well(found)
    assert list(found) == ["reach", "TLS", "rights", "memory"]
    assert found["reach"].found.startswith("Valkey ")
    assert valkey_server.command("KEYS", "*") == "*0\r\n"


async def test_a_redis_that_is_not_there_or_hangs_is_noticed(on_sqlite: Settings) -> None:
    away = with_redis(on_sqlite, url=f"redis://127.0.0.1:{closed_port()}")
    says((await tried(away, "redis"))["reach"], FAILED, "nothing listens", "start the server")
    async with silent_server() as port:
        hangs = with_redis(on_sqlite, url=f"redis://127.0.0.1:{port}")
        found = await tried(hangs, "redis", limit=0.3)
    says(found["reach"], FAILED, "no answer within", "start Redis")


async def test_the_rights_that_are_documented_are_enough_and_fewer_are_noticed(
    on_sqlite: Settings, secured: Secured
) -> None:
    login = {"url": secured.url, "prefix": PREFIX, "password": PASSWORD}
    found = await tried(with_redis(on_sqlite, **login, user="solebook"), "redis")
    all_well(found)
    lacking = await tried(with_redis(on_sqlite, **login, user="lacking"), "redis")
    says(lacking["rights"], FAILED, "the user may not ZADD shop:*", "docs/how-to/share-redis.md")
    elsewhere = login | {"prefix": "other"}
    other = await tried(with_redis(on_sqlite, **elsewhere, user="solebook"), "redis")
    says(other["rights"], FAILED, "may not SET, GET, PTTL, DEL, HSET", "docs/how-to/share-redis.md")


async def test_who_redis_does_not_let_in_is_noticed_and_no_password_is_shown(
    on_sqlite: Settings, secured: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = {"prefix": PREFIX, "user": "solebook", "password": PASSWORD}
    wrong = await tried(with_redis(on_sqlite, url=secured.url, password=WRONG), "redis")
    says(wrong["reach"], FAILED, "does not let this user in", "correct redis.user")
    nobody = await tried(with_redis(on_sqlite, url=secured.url), "redis")
    says(nobody["reach"], FAILED, "does not let this user in", "correct redis.user")
    url = f"rediss://127.0.0.1:{secured.tls_port}"
    found = await tried(with_redis(on_sqlite, **login, url=url, ca=str(secured.ca)), "redis")
    says(found["TLS"], OK, "the server is verified")
    other = with_redis(on_sqlite, **login, url=url, ca=str(secured.stranger))
    says((await tried(other, "redis"))["reach"], FAILED, "certificate cannot be verified")
    plain = with_redis(on_sqlite, **login, url=secured.url.replace("redis:", "rediss:"))
    monkeypatch.setattr(redis_check, "_PATIENCE", 0.2)
    found_plain = await tried(plain, "redis")
    says(found_plain["reach"], FAILED, "does not answer with TLS", "another port for TLS")
    no_file = with_redis(on_sqlite, **login, url=url, ca="nobody.pem")
    says((await tried(no_file, "redis"))["settings"], FAILED, "redis.ca (nobody.pem)")
    assert WRONG not in repr((wrong, nobody, found))


async def test_a_redis_that_drops_books_is_noticed(
    on_sqlite: Settings, own_valkey_server: ValkeyServer
) -> None:
    settings = with_redis(on_sqlite, url=own_valkey_server.url)
    own_valkey_server.command("CONFIG", "SET", "maxmemory", "100mb")
    own_valkey_server.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    found = await tried(settings, "redis")
    says(found["memory"], WARNING, "allkeys-lru drops", "set maxmemory-policy to noeviction")
    own_valkey_server.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
    all_well(await tried(settings, "redis"))
    own_valkey_server.command("CONFIG", "SET", "maxmemory", "1mb")
    full = (await tried(settings, "redis"))["memory"]
    says(full, WARNING, "nearly full", "give Redis more memory")
