"""`solebook simulate` simulates a market under the rules of the settings."""

import json
from pathlib import Path

import pytest

from solebook.entrypoints.simulation.market import Market
from solebook.ports.language.rules import MarketRules

from .conftest import Run
from .test_main import one_line

SMALL = ("--seed", "7", "--days", "5", "--buyers", "6", "--sellers", "6")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def small(rules: MarketRules) -> Market:
    return Market(seed=7, days=5, buyers=6, sellers=6, rules=rules)


def test_the_summary_is_that_of_the_same_market_in_python(run: Run, tmp_path: Path) -> None:
    shown = run("simulate", *SMALL)
    assert shown.code == 0
    assert shown.out == small(MarketRules()).simulate().summary() + "\n"
    assert shown.err == "days: 5 of 5\n"
    assert list(tmp_path.iterdir()) == []


def test_the_rules_are_those_of_the_settings(run: Run, tmp_path: Path) -> None:
    (tmp_path / "solebook.toml").write_text("[market]\nshipping_fee = 2_500\n")
    shown = run("simulate", *SMALL, "--json")
    assert json.loads(shown.out) == small(MarketRules(shipping_fee=2_500)).simulate().figures()


def test_json_has_every_trade_and_adds_up(run: Run) -> None:
    market = json.loads(run("simulate", *SMALL, "--json").out)
    assert market["currency"] == "USD"
    assert market["balanced"]
    assert market["volume"] == sum(trade["price"] for trade in market["trades"]) > 0
    assert {trade["time"][-6:] for trade in market["trades"]} == {"+00:00"}
    assert {trade["product"] for trade in market["trades"]} <= {
        book["product"] for book in market["books"]
    }


def test_a_database_is_refused_because_it_would_not_be_used(run: Run) -> None:
    refused = run("simulate", *SMALL, "--store", "sqlite:///exchange.db")
    assert refused.code == 2
    assert "unrecognized arguments: --store" in refused.err


@pytest.mark.parametrize(
    ("option", "told"),
    [("--days", "days must be between 1 and 3650, not 0"), ("--buyers", "buyers must be between")],
)
def test_a_number_that_makes_no_market_is_refused(run: Run, option: str, told: str) -> None:
    refused = run("simulate", option, "0")
    assert refused.code == 1
    assert told in one_line(refused.err)
