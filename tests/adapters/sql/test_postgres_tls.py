"""TLS to PostgreSQL: what each mode checks, and what an operator reads if it fails."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from servers.postgres_server import give_to_server
from solebook.adapters.sql.engine.limits import Limits
from solebook.adapters.sql.engine.postgres_connection import PostgresConnection
from solebook.adapters.sql.engine.postgres_url import data_source
from solebook.adapters.sql.migrate import migrate, require_current
from solebook.composition.container import open_application
from solebook.config.load import load_settings
from solebook.entrypoints.cli.main import main
from solebook.ports.language.errors import Unavailable

from ...certificates import Authority
from ...postgres_server import PostgresServer, new_postgres_of_the_machine

pytestmark = [pytest.mark.real, pytest.mark.integration]

HUNTER = "hunter2-hunter2"
ACCESS = """\
local all all trust
hostssl all postgres 127.0.0.1/32 trust
hostssl all keeper 127.0.0.1/32 scram-sha-256
hostssl all certified 127.0.0.1/32 cert
"""
WITHOUT_TLS = "host all plain 127.0.0.1/32 trust\n"


@dataclass(frozen=True)
class Secured:
    """A server with a certificate for `localhost`, and two CAs, of which one has signed it."""

    server: PostgresServer
    authority: Authority
    stranger: Authority

    def url(self, *, user: str = "postgres", host: str = "localhost", **options: str | Path) -> str:
        path = f"postgresql://{user}@{host}:{self.server.port}/postgres"
        return f"{path}?{urlencode(options)}" if options else path


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority(folder, "authority")
    with new_postgres_of_the_machine() as server:
        ours = [authority.certificate, *authority.certify("server", "localhost")]
        for file, name in zip(ours, ("root", "server", "key"), strict=True):
            give_to_server(Path(shutil.copy(file, server.folder / name)))
        server.create_data(
            ssl="on",
            ssl_ca_file=server.folder / "root",
            ssl_cert_file=server.folder / "server",
            ssl_key_file=server.folder / "key",
        )
        (server.data / "pg_hba.conf").write_text(ACCESS + WITHOUT_TLS)
        server.start()
        server.sql(f"CREATE ROLE keeper LOGIN PASSWORD '{HUNTER}'")
        server.sql("CREATE ROLE certified LOGIN")
        server.sql("CREATE ROLE plain LOGIN")
        yield Secured(server, authority, Authority(folder, "stranger"))


async def is_encrypted(url: str) -> bool:
    connection = await PostgresConnection.open(data_source(url), Limits())
    try:
        of_this = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        return bool((await connection.fetch(of_this, ()))[0][0])
    finally:
        await connection.close()


async def refusal(url: str) -> str:
    """Return why there is no connection."""
    with pytest.raises(Unavailable) as refused:
        await PostgresConnection.open(data_source(url), Limits())
    assert str(refused.value) == "the store is unavailable; try again in 1 s"
    return str(refused.value.__cause__)


# ---- what each mode checks -----------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["allow", "prefer", "require", "verify-ca", "verify-full"])
async def test_a_connection_is_encrypted(mode: str, secured: Secured) -> None:
    root = secured.authority.certificate
    assert await is_encrypted(secured.url(sslmode=mode, sslrootcert=root))


async def test_without_options_it_is_encrypted_if_the_server_can(secured: Secured) -> None:
    assert await is_encrypted(secured.url())


async def test_a_connection_without_tls_is_plain(secured: Secured) -> None:
    assert not await is_encrypted(secured.url(user="plain", sslmode="disable"))


async def test_a_server_that_demands_tls_refuses_a_plain_connection(secured: Secured) -> None:
    why = await refusal(secured.url(sslmode="disable"))
    assert why.startswith("no pg_hba.conf entry for host")
    assert why.endswith("no encryption")


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
async def test_another_ca_is_refused(mode: str, secured: Secured) -> None:
    why = await refusal(secured.url(sslmode=mode, sslrootcert=secured.stranger.certificate))
    assert why.startswith("sslrootcert cannot verify the certificate of PostgreSQL: ")


async def test_another_host_is_refused_only_by_the_mode_that_compares_hosts(
    secured: Secured,
) -> None:
    url = secured.url(host="127.0.0.1", sslrootcert=secured.authority.certificate)
    why = await refusal(f"{url}&sslmode=verify-full")
    assert why == (
        "the certificate of PostgreSQL is another host's: IP address mismatch, certificate is not"
        " valid for '127.0.0.1'"
    )
    assert await is_encrypted(f"{url}&sslmode=verify-ca")


async def test_a_client_certificate_signs_in(secured: Secured) -> None:
    certificate, key = secured.authority.certify("certified")
    root = secured.authority.certificate
    url = secured.url(user="certified", sslmode="verify-full", sslrootcert=root)
    assert await refusal(url) == "connection requires a valid client certificate"
    assert await is_encrypted(f"{url}&{urlencode({'sslcert': certificate, 'sslkey': key})}")


async def test_a_client_certificate_of_another_ca_is_refused(secured: Secured) -> None:
    certificate, key = secured.stranger.certify("certified")
    url = secured.url(user="certified", sslmode="require", sslcert=certificate, sslkey=key)
    assert await refusal(url)


@pytest.fixture
def _without_tls(secured: Secured) -> Iterator[None]:
    """Let the server offer no TLS meanwhile."""
    for ssl in ("off", "on"):
        secured.server.sql(f"ALTER SYSTEM SET ssl = {ssl}")
        secured.server.stop()
        secured.server.start()
        if ssl == "off":
            yield


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
@pytest.mark.usefixtures("_without_tls")
async def test_a_server_without_tls_is_refused(mode: str, secured: Secured) -> None:
    root = secured.authority.certificate
    why = await refusal(secured.url(user="plain", sslmode=mode, sslrootcert=root))
    assert why == "PostgreSQL offers no TLS, and sslmode demands it"


@pytest.mark.usefixtures("_without_tls")
async def test_a_mode_that_only_prefers_tls_does_without(secured: Secured) -> None:
    assert not await is_encrypted(secured.url(user="plain", sslmode="prefer"))


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    (certificate, _), (_, key) = authority.certify("one"), authority.certify("other")
    with pytest.raises(ValueError, match="KEY_VALUES_MISMATCH"):
        data_source(f"postgresql://db/solebook?sslcert={certificate}&sslkey={key}")


# ---- settings ------------------------------------------------------------------------------------


def test_an_exchange_runs_with_the_settings(
    secured: Secured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    secured.server.create_database("exchange")
    url = f"postgresql://postgres@localhost:{secured.server.port}/exchange"
    environment = {
        "SOLEBOOK_STORE__URL": url,
        "SOLEBOOK_STORE__SSLMODE": "verify-full",
        "SOLEBOOK_STORE__SSLROOTCERT": str(secured.authority.certificate),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(["migrate"]) == 0

    async def encrypted() -> list[str]:
        async with open_application(load_settings(None, environment)) as app:
            await app.operations.view_backlog.has_messages()
            asked = (
                "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                " WHERE datname = 'exchange'"
            )
            return secured.server.sql(asked).split()

    assert asyncio.run(encrypted()) == ["t"]


def test_an_operator_reads_what_is_wrong_and_no_password(secured: Secured, tmp_path: Path) -> None:
    url = secured.url(user=f"keeper:not-{HUNTER}", sslmode="verify-full")
    told = ""
    for root in (secured.authority.certificate, secured.stranger.certificate):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "solebook.entrypoints.cli.main",
                "migrate",
                "-v",
                "--store",
                url,
            ],
            cwd=tmp_path,
            env={**os.environ, "SOLEBOOK_STORE__SSLROOTCERT": str(root)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        told += done.stdout + done.stderr
    assert 'password authentication failed for user "keeper"' in told
    assert "sslrootcert cannot verify the certificate of PostgreSQL" in told
    assert HUNTER not in told


async def test_migrations_check_the_server_too(secured: Secured) -> None:
    url = secured.url(sslmode="verify-full", sslrootcert=secured.stranger.certificate)
    for call in (migrate, require_current):
        with pytest.raises(Unavailable):
            await call(url)
