"""Simulations are deterministic, in every process."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from solebook.entrypoints.simulation.market import Market
from solebook.entrypoints.simulation.result import SimulationResult

pytestmark = pytest.mark.integration

PROGRAM = """
from solebook.entrypoints.simulation.market import Market
print(repr(Market(seed=11, days=12, buyers=8, sellers=8).simulate()))
"""


def test_same_seed_repeats_everything(market: Market, result: SimulationResult) -> None:
    again = market.simulate()

    assert again.trades
    assert repr(again) == repr(result)


def test_another_seed_gives_another_course_of_events(
    market: Market, result: SimulationResult
) -> None:
    other = replace(market, seed=market.seed + 1).simulate()

    assert other.trades
    assert other.trades != result.trades


def test_hash_seeds_do_not_matter() -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for hash_seed in ("1", "2")
    ]

    first, second = (run.communicate()[0] for run in runs)

    assert [run.returncode for run in runs] == [0, 0]
    assert "Trade(" in first
    assert first == second


async def test_simulate_async_works_in_a_running_event_loop(
    market: Market, result: SimulationResult
) -> None:
    assert await market.simulate_async() == result


async def test_simulate_in_a_running_event_loop_raises_runtime_error(market: Market) -> None:
    with pytest.raises(RuntimeError, match=r"await market\.simulate_async\(\)"):
        market.simulate()
