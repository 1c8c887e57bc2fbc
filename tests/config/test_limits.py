"""Every number of the settings has limits."""

from datetime import timedelta
from typing import Any

import pytest

from solebook.config.load import SettingsError, load_settings
from solebook.config.settings import Settings

from ..numbers import numbers

NUMBERS = {name: (kind, between) for name, kind, between in numbers()}
IN_LISTS = ("market.transaction_fees", "market.level_thresholds.")
ALONE = [name for name in NUMBERS if not name.startswith(IN_LISTS)]


def load(name: str, value: Any) -> Settings:
    text = value.total_seconds() if isinstance(value, timedelta) else value
    return load_settings(None, {f"SOLEBOOK_{name.upper().replace('.', '__')}": f"{text}"})


def test_the_numbers_of_every_section_are_found() -> None:
    sections = {name.partition(".")[0] for name in NUMBERS}
    assert sections >= {"server", "http", "stream", "security", "notifications", "engine", "cache"}
    assert {"market.tick", "market.bid_days.minimum", "market.level_thresholds.sales"} <= set(
        NUMBERS
    )


@pytest.mark.parametrize("name", ALONE)
def test_a_number_outside_its_limits_is_refused_with_its_name(name: str) -> None:
    kind, between = NUMBERS[name]
    step: Any = timedelta(milliseconds=1) if kind is timedelta else 1
    least: Any = between.least
    most: Any = between.most
    for value in (least - step, most + step):
        with pytest.raises(SettingsError) as refused:
            load(name, value)
        field = name.rpartition(".")[2]
        assert str(refused.value).startswith(f"the settings are wrong: {field} must be from ")


@pytest.mark.parametrize("name", ALONE)
def test_every_lower_limit_above_zero_has_a_reason(name: str) -> None:
    _, between = NUMBERS[name]
    assert between.why or between.least in (0, timedelta(0))
