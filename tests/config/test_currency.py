"""The currency among the settings."""

from pathlib import Path

import pytest

from solebook.config.load import SettingsError, load_settings
from solebook.config.settings import Settings
from solebook.ports.language.rules import MarketRules


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(code: str) -> Settings:
    return load_settings(None, {"SOLEBOOK_MARKET__CURRENCY": code})


@pytest.mark.parametrize("code", ["JPY", "EUR", "KWD"])
def test_another_currency_has_default_amounts_of_its_own(code: str) -> None:
    assert load(code).market == MarketRules.in_currency(code)


def test_amounts_that_are_set_are_in_the_currency(tmp_path: Path) -> None:
    file = tmp_path / "solebook.toml"
    file.write_text("[market]\ncurrency = 'KWD'\nshipping_fee = 4_500\n")
    market = load_settings(file, {"SOLEBOOK_MARKET__TICK": "250"}).market
    assert (market.shipping_fee, market.tick) == (4_500, 250)
    assert market.min_amount == MarketRules.in_currency("KWD").min_amount


@pytest.mark.parametrize("code", ["jpy", "DEM", "XXX", "dollars", ""])
def test_an_unknown_currency_is_refused(code: str) -> None:
    with pytest.raises(
        SettingsError,
        match=r"^the settings are wrong: market\.currency: '\w*' is not a currency\. It must be",
    ):
        load(code)


def test_a_currency_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "solebook.toml"
    file.write_text("[market]\ncurrency = 392\n")
    with pytest.raises(SettingsError, match="currency"):
        load_settings(file, {})
