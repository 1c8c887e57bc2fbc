"""Configured numbers have limits and are within them."""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import pytest

from solebook.ports.language.limits import Between, as_written, check_limits, limits_of

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Numbers:
    count: Annotated[int, Between(1, 10, "there would be none")] = 5
    share: Annotated[int, Between(0, 100, why_not_more="that is more than all")] = 50
    rate: Annotated[float, Between(0.5, 2.0)] = 1.0
    pause: Annotated[timedelta, Between(timedelta(0), HOUR)] = HOUR
    several: tuple[Annotated[int, Between(0, 3)], ...] = ()
    perhaps: Annotated[int, Between(1, 2)] | None = None
    name: str = ""
    flag: bool = False

    def __post_init__(self) -> None:
        check_limits(self)


@pytest.mark.parametrize(
    "numbers",
    [
        {"count": 1},
        {"count": 10},
        {"rate": 0.5},
        {"rate": 2},
        {"pause": timedelta(0)},
        {"pause": timedelta(microseconds=1)},
        {"several": (0, 3)},
        {"perhaps": 2},
        {"flag": True},
    ],
)
def test_number_at_its_limits_is_accepted(numbers: dict[str, Any]) -> None:
    Numbers(**numbers)


@pytest.mark.parametrize(
    ("numbers", "problem"),
    [
        ({"count": 0}, "count must be from 1 to 10, not 0: there would be none"),
        ({"count": 11}, "count must be from 1 to 10, not 11"),
        ({"share": 101}, "share must be from 0 to 100, not 101: that is more than all"),
        ({"share": -1}, "share must be from 0 to 100, not -1"),
        ({"count": 10**40}, f"count must be from 1 to 10, not {10**40:_}"),
        ({"count": 2.0}, "count must be of type int, not 2.0"),
        ({"count": True}, "count must be of type int, not True"),
        ({"count": "5"}, "count must be of type int, not '5'"),
        ({"rate": 0.4}, "rate must be from 0.5 to 2.0, not 0.4"),
        ({"rate": math.nan}, "rate must be from 0.5 to 2.0, not nan"),
        ({"rate": math.inf}, "rate must be from 0.5 to 2.0, not inf"),
        ({"rate": -math.inf}, "rate must be from 0.5 to 2.0, not -inf"),
        ({"pause": timedelta(seconds=-1)}, "pause must be from PT0S to PT1H, not -PT1S"),
        ({"pause": timedelta.max}, "pause must be from PT0S to PT1H, not P999999999D"),
        ({"pause": 60}, "pause must be of type timedelta, not 60"),
        ({"several": (0, 4)}, "several must be from 0 to 3, not 4"),
        ({"perhaps": 3}, "perhaps must be from 1 to 2, not 3"),
    ],
)
def test_a_number_outside_its_limits_is_refused_with_the_reason(
    numbers: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        Numbers(**numbers)
    assert str(refused.value).startswith(problem)


@pytest.mark.parametrize("kind", [int, float, timedelta, tuple[int, ...], int | None])
def test_number_without_limits_is_a_programming_error(kind: Any) -> None:
    forgetful = type("Forgetful", (), {"__annotations__": {"number": kind}})
    with pytest.raises(TypeError, match=r"Forgetful\.number is a number without limits"):
        limits_of(forgetful)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(0), "PT0S"),
        (timedelta(milliseconds=100), "PT0.1S"),
        (timedelta(days=1, hours=2, minutes=3, seconds=4.5), "P1DT2H3M4.5S"),
        (timedelta(days=365), "P365D"),
        (timedelta(minutes=-15), "-PT15M"),
    ],
)
def test_a_duration_is_shown_as_it_is_written(value: timedelta, text: str) -> None:
    assert as_written(value) == text
