"""URLs of PostgreSQL: what is refused before anybody connects, in words that give nothing away."""

import traceback
from pathlib import Path

import msgspec
import pytest

from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.postgres_url import MODES, data_source
from solebook.config.settings import StoreSettings

HUNTER = "hunter2"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
def test_all_schemes_are_one(scheme: str) -> None:
    url = f"{scheme}://solebook:p%40ss@db1,[::1]:5433/solebook?sslmode=require"
    assert data_source(url) == (
        "postgresql://solebook:p%40ss@db1,[::1]:5433/solebook?sslmode=require"
    )


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://",
        "postgresql:///solebook",
        "postgresql://db",
        "postgresql://solebook@/solebook?host=/run/postgresql",
        "postgresql://solebook:a:b@db/solebook",
        *(f"postgresql://db/solebook?sslmode={mode}" for mode in MODES),
    ],
)
def test_what_libpq_knows_is_valid(url: str) -> None:
    assert data_source(url) == url


@pytest.mark.parametrize("special", "@/?#[]")
@pytest.mark.parametrize("where", ["postgresql://solebook:{}@db/solebook", "postgresql://u:{}"])
def test_a_special_character_that_is_not_encoded_is_refused_without_showing_it(
    where: str, special: str
) -> None:
    with pytest.raises(ValueError, match="are special characters") as refused:
        SqlDatabase(where.format(f"{special}{HUNTER}{special}{HUNTER}"))
    assert HUNTER not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("query", ["password=a&hunter2", "hunter2", "password=a=b&&hunter2"])
def test_a_query_that_is_no_query_is_refused_without_showing_it(query: str) -> None:
    with pytest.raises(ValueError, match="are special characters") as refused:
        SqlDatabase(f"postgresql://db/solebook?{query}")
    assert HUNTER not in "".join(traceback.format_exception(refused.value))


def test_every_mode_of_the_url_can_be_set() -> None:
    for mode in MODES:
        assert msgspec.convert({"sslmode": mode}, StoreSettings).sslmode == mode


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match=r"sslmode can be disable, .* or verify-full, not 'maybe'"):
        data_source("postgresql://db/solebook?sslmode=maybe")


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("connect_timeout=3", "connect_timeout is not supported: use store.connect_timeout"),
        ("channel_binding=require", "channel_binding is not supported: leave it out"),
        ("target_session_attrs=leader", "can be any, .* or prefer-standby, not 'leader'"),
        ("port=5432,many", "port is no number: 'many'"),
        ("dbname=sole%00book", "the URL of the database is invalid"),
    ],
)
def test_an_option_that_would_mean_something_else_is_refused(option: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        data_source(f"postgresql://db/solebook?{option}")


@pytest.mark.parametrize("option", ["sslrootcert", "sslcert"])
def test_a_file_that_is_missing_is_named(option: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"{option}: .*missing.* cannot be read: No such file"):
        data_source(f"postgresql://db/solebook?{option}={tmp_path}/missing")


@pytest.mark.parametrize(
    ("option", "why"),
    [("sslrootcert", "has no certificates"), ("sslcert", "are not a certificate and its key")],
)
def test_a_file_with_something_else_is_named(option: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("something else")
    with pytest.raises(ValueError, match=f"{option}: .*other.*{why}"):
        data_source(f"postgresql://db/solebook?{option}={tmp_path}/other")


def test_a_key_without_a_certificate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sslkey needs sslcert"):
        data_source(f"postgresql://db/solebook?sslkey={tmp_path}/key")
