"""Small markets, and the result that most tests share."""

import pytest

from solebook.entrypoints.simulation.market import Market
from solebook.entrypoints.simulation.result import SimulationResult

SMALL = Market(seed=7, days=20, buyers=8, sellers=8)


@pytest.fixture(scope="session")
def market() -> Market:
    return SMALL


@pytest.fixture(scope="session")
def result() -> SimulationResult:
    return SMALL.simulate()
