"""A diagnosis of Typesense and InfluxDB says what is wrong and what to do, and changes nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from servers.influx_server import InfluxServer
from solebook.adapters.typesense import check as typesense_check
from solebook.config.influx import InfluxSettings
from solebook.config.settings import Settings
from solebook.config.typesense import TypesenseSettings

from ..certificates import Authority
from ..influx_server import running_influx
from ..typesense_indexes import open_typesense_index
from ..typesense_server import TypesenseServer
from .tried import FAILED, OK, WARNING, all_well, closed_port, says, silent_server, tried

WRONG = "wrong-hunter2"

# ---- Typesense -----------------------------------------------------------------------------------


def search_at(settings: Settings, **values: Any) -> Settings:
    return msgspec.structs.replace(settings, typesense=TypesenseSettings(**values))


def everything_in(server: TypesenseServer) -> list[Any]:
    key = {"X-TYPESENSE-API-KEY": server.key}
    with httpx.Client(base_url=server.url, headers=key, timeout=20) as client:
        return [client.get(path).json() for path in ("/aliases", "/collections", "/keys")]


def key_for(server: TypesenseServer, *actions: str) -> str:
    wanted = {"description": "a test", "actions": list(actions), "collections": [".*"]}
    headers = {"X-TYPESENSE-API-KEY": server.key}
    answer = httpx.post(f"{server.url}/keys", json=wanted, headers=headers, timeout=20)
    key: str = answer.json()["value"]
    return key


async def test_an_index_is_well_and_nothing_changes(
    on_sqlite: Settings, typesense_server: TypesenseServer
) -> None:
    async with open_typesense_index(typesense_server, "diagnosed") as index:
        assert not await index.is_outdated()  # which creates it
    before = everything_in(typesense_server)
    server = {"url": typesense_server.url, "api_key": typesense_server.key}
    found = await tried(search_at(on_sqlite, **server, prefix="diagnosed"), "typesense")
    all_well(found)
    assert list(found) == ["reach", "TLS", "rights", "index"]
    assert found["index"].found.startswith("0 products in diagnosed_products_f")
    found = await tried(search_at(on_sqlite, **server, prefix="nobody"), "typesense")
    says(found["index"], WARNING, "there is none yet", "admin reindex")
    assert everything_in(typesense_server) == before


async def test_a_key_that_is_wrong_or_may_too_little_is_noticed(
    on_sqlite: Settings, typesense_server: TypesenseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_key(key: str) -> Settings:
        return search_at(on_sqlite, url=typesense_server.url, api_key=key)

    found = await tried(with_key(WRONG), "typesense")
    says(found["reach"], FAILED, "refuses the key", "correct SOLEBOOK_TYPESENSE__API_KEY")
    assert WRONG not in repr(found)
    reader = key_for(typesense_server, "documents:search", "debug:list")
    found = await tried(with_key(reader), "typesense")
    says(found["rights"], FAILED, "the key may not read aliases", "give the key all actions")
    some = ("aliases:*", "collections:get", "collections:list", "documents:*", "debug:list")
    found = await tried(with_key(key_for(typesense_server, *some)), "typesense")
    says(found["rights"], FAILED, "the key may not delete collections", "give the key all actions")
    monkeypatch.setattr(typesense_check, "OLDEST", (99, 0))
    old = await tried(with_key(typesense_server.key), "typesense")
    says(old["reach"], FAILED, "Typesense 0.", "use Typesense 99.0 or newer")


async def test_a_typesense_that_is_away_or_hangs_is_noticed(on_sqlite: Settings) -> None:
    away = search_at(on_sqlite, url=f"http://127.0.0.1:{closed_port()}", api_key="a")
    says(
        (await tried(away, "typesense"))["reach"], FAILED, "nothing listens at 127.0.0.1:", "start"
    )
    async with silent_server() as port:
        hangs = search_at(on_sqlite, url=f"http://127.0.0.1:{port}", api_key="a")
        found = await tried(hangs, "typesense", limit=0.3)
    says(found["reach"], FAILED, "no answer within", "start Typesense")
    nowhere = search_at(on_sqlite, url="https://nobody.invalid", api_key="a")
    says((await tried(nowhere, "typesense"))["reach"], FAILED, "no address is known", "correct the")


# ---- InfluxDB ------------------------------------------------------------------------------------

USER, PASSWORD = "solebook", "correct-horse-battery"
SETTINGS = """\
  auth-enabled = true
  https-enabled = true
  https-certificate = "{}"
  https-private-key = "{}"
"""


def charts_at(settings: Settings, **values: Any) -> Settings:
    return msgspec.structs.replace(settings, influx=InfluxSettings(**values))


@pytest.fixture
def database(influx_server: InfluxServer) -> Iterator[str]:
    influx_server.create_database("diagnosed")
    yield "diagnosed"
    influx_server.drop_database("diagnosed")


def shown_by(server: InfluxServer, what: str) -> Any:
    return httpx.get(f"{server.url}/query", params={"q": what}, timeout=20).json()


def execute(server: InfluxServer, statement: str, **login: str) -> None:
    asked = {"q": statement, **login}
    httpx.post(f"{server.url}/query", params=asked, timeout=20, verify=False).raise_for_status()


async def test_charts_are_well_and_nothing_is_written(
    on_sqlite: Settings, influx_server: InfluxServer, database: str
) -> None:
    settings = charts_at(on_sqlite, url=influx_server.url, database=database)
    found = await tried(settings, "influx")
    all_well(found)
    assert list(found) == ["reach", "TLS", "database", "rights"]
    assert found["reach"].found.startswith("InfluxDB")
    assert "series" not in shown_by(influx_server, f"SHOW SERIES ON {database}")["results"][0]


async def test_a_wrong_bucket_is_noticed_and_not_created(
    on_sqlite: Settings, influx_server: InfluxServer, database: str
) -> None:
    settings = charts_at(on_sqlite, url=influx_server.url, database="nobodys")
    found = await tried(settings, "influx")
    says(found["database"], FAILED, "there is no database nobodys", "draw-charts-in-influxdb.md")
    assert "nobodys" not in repr(shown_by(influx_server, "SHOW DATABASES"))
    where = {"url": influx_server.url, "database": database}
    settings = charts_at(on_sqlite, **where, retention_policy="weekly")
    found = await tried(settings, "influx")
    says(found["database"], FAILED, "diagnosed has no retention policy weekly", "create it")
    policy = f"CREATE RETENTION POLICY weekly ON {database} DURATION 1w REPLICATION 1"
    execute(influx_server, policy)
    found = await tried(settings, "influx")
    says(found["database"], WARNING, "forgets after 168h0m0s", "let it keep everything")


async def test_an_influxdb_that_is_away_or_hangs_is_noticed(on_sqlite: Settings) -> None:
    away = charts_at(on_sqlite, url=f"http://127.0.0.1:{closed_port()}")
    says((await tried(away, "influx"))["reach"], FAILED, "nothing listens", "start the server")
    async with silent_server() as port:
        hangs = charts_at(on_sqlite, url=f"http://127.0.0.1:{port}")
        found = await tried(hangs, "influx", limit=0.3)
    says(found["reach"], FAILED, "no answer within", "start InfluxDB")


async def test_who_influxdb_does_not_let_in_is_noticed_and_no_password_is_shown(
    on_sqlite: Settings, tmp_path: Path
) -> None:
    authority, stranger = Authority(tmp_path, "ours"), Authority(tmp_path, "other")
    certificate, key = authority.certify("influx", "127.0.0.1")
    with running_influx(SETTINGS.format(certificate, key)) as server:
        for statement in (
            f"CREATE USER {USER} WITH PASSWORD '{PASSWORD}' WITH ALL PRIVILEGES",
            "CREATE DATABASE solebook",
            f"CREATE USER reader WITH PASSWORD '{PASSWORD}'",
            "GRANT READ ON solebook TO reader",
        ):
            execute(server, statement, u=USER, p=PASSWORD)
        here = {"url": server.url, "ca": str(authority.certificate), "user": USER}
        found = await tried(charts_at(on_sqlite, **here, password=PASSWORD), "influx")
        all_well(found)
        says(found["TLS"], OK, "the server is verified")
        wrong = await tried(charts_at(on_sqlite, **here, password=WRONG), "influx")
        says(wrong["database"], FAILED, "does not let this user in", "correct influx.user")
        reader = here | {"user": "reader", "password": PASSWORD}
        reading = await tried(charts_at(on_sqlite, **reader), "influx")
        says(
            reading["rights"], FAILED, "the user may not write to solebook/autogen", "let the user"
        )
        other = here | {"ca": str(stranger.certificate), "password": PASSWORD}
        untrusted = await tried(charts_at(on_sqlite, **other), "influx")
        says(untrusted["reach"], FAILED, "the certificate cannot be verified", "name the file")
    assert WRONG not in repr(wrong)
    assert PASSWORD not in repr((found, wrong, reading, untrusted))
