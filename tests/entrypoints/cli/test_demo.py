"""`solebook demo`: errors before anything starts."""

import re
from pathlib import Path

import pytest

from solebook.entrypoints.demo.api import ApiRefusal

from .conftest import Run
from .test_main import one_line


@pytest.mark.parametrize("limit", ["0", "-1"])
def test_a_limit_below_one_sale_is_a_one_line_error(folder: Path, run: Run, limit: str) -> None:
    refused = run("demo", "--limit", limit)
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err) == f"solebook: the limit must be at least 1 sale, not {limit}"


@pytest.mark.parametrize("option", ["--sales", "--products"])
def test_an_unreadable_file_is_a_one_line_error(folder: Path, run: Run, option: str) -> None:
    refused = run("demo", option, "none.csv")
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err) == "solebook: none.csv: No such file or directory"


def test_bad_rows_are_listed_one_by_one(folder: Path, run: Run, tmp_path: Path) -> None:
    sales = tmp_path / "sales.csv"
    sales.write_text("sold_on,product,us_size,price_usd\n2017-10-17,Nike Dunk Low,9,250\n")
    refused = run("demo", "--sales", str(sales))
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.splitlines() == [
        f"solebook: {sales} has bad rows:",
        "  line 2: 'Nike Dunk Low' is not in the catalogue",
    ]


def test_an_unwritable_report_fails_at_once(folder: Path, run: Run) -> None:
    refused = run("demo", "--report", "none/report.json")
    assert (refused.code, refused.out) == (1, "")
    assert re.fullmatch("solebook: none/.*: No such file or directory", one_line(refused.err))


def test_a_refusal_of_the_exchange_is_a_one_line_error(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused_demo(**_: object) -> int:
        raise ApiRefusal("waited 60 s for order 1 to be confirmed")

    monkeypatch.setattr("solebook.entrypoints.demo.run.run_demo", refused_demo)
    refused = run("demo")
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err) == (
        "solebook: the demo went wrong: waited 60 s for order 1 to be confirmed"
    )


def test_the_demos_own_exchange_has_no_other_settings(folder: Path, run: Run) -> None:
    refused = run("demo", "--config", "solebook.toml")
    assert (refused.code, refused.out) == (1, "")
    assert "--config is for --url" in one_line(refused.err)


def test_an_unknown_currency_is_a_one_line_error(folder: Path, run: Run) -> None:
    refused = run("demo", "--currency", "yen")
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err).startswith("solebook: 'yen' is not a currency. It must be")


def test_a_running_exchange_has_a_currency_of_its_own(folder: Path, run: Run) -> None:
    refused = run("demo", "--currency", "JPY", "--url", "http://127.0.0.1:9")
    assert (refused.code, refused.out) == (1, "")
    assert "--currency is for the demo's own exchange" in one_line(refused.err)
