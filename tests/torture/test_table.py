"""The table of docs/reliability.md has a row for each drill."""

import pytest

from .drills.catalogue import DRILLS, SHORT
from .table import PAGE, drills_in

pytestmark = [pytest.mark.journey, pytest.mark.torture]


def test_the_page_tells_of_each_drill(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--rounds") is None:  # such a run writes the table
        assert drills_in(PAGE.read_text(encoding="utf-8")) == list(DRILLS)


def test_ci_plays_drills_that_there_are() -> None:
    assert set(SHORT) <= DRILLS.keys()
