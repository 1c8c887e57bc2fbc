"""An exchange that is killed at any instant goes on as if nothing had happened.

Each story is told once without a crash, and then once for every edge of every step in it: before
and after each commit, each call of the payment provider and each mail the process is killed there.
What is not in the files is lost. A new process opens the files, and people do what they had not
done yet.
"""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.engine import engine_of
from solebook.ports.language.notifications import Channel

from ..exchange import MONDAY, Exchange
from ..fragile_store import Edge, Edges, until_killed
from ..invariants import check_invariants
from .fragile_machine import Machine
from .stories import EXPECTED, Outcome, Story, everybody_is_told_everywhere, outcome_of


@dataclass(frozen=True)
class Town:
    """Files in which everybody has joined already, to be copied."""

    folder: Path
    exchange: Exchange

    def machine(self, folder: Path) -> Machine:
        shutil.copytree(self.folder, folder)
        clock = VirtualClock(MONDAY)
        return Machine(folder, clock, SeededIds(7, clock))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder = tmp_path_factory.mktemp("town")

    async def settle_down() -> Exchange:
        clock = VirtualClock(MONDAY)
        machine = Machine(folder, clock, SeededIds(1, clock))
        async with machine.process(Edges(None), migrate=True) as exchange:
            await exchange.open()
            await exchange.want({Channel.IN_APP})
            await engine_of(exchange.app).stop()
        return exchange

    return Town(folder, asyncio.run(settle_down()))


async def live(machine: Machine, town: Town, story: Story, edges: Edges) -> "Outcome | None":
    """Run one process; return what there is in the end, or nothing if it was killed."""
    async with machine.process(edges) as exchange:
        outcome = await until_killed(_work(exchange, town, story), edges)
        return None if outcome is None else replace(outcome, carried=machine.carried)


async def _work(exchange: Exchange, town: Town, story: Story) -> "Outcome":
    await exchange.reopen(town.exchange)
    await story(exchange)
    await exchange.quiet()
    await check_invariants(exchange)
    outcome = await outcome_of(exchange)
    await engine_of(exchange.app).stop()
    return outcome


def told(town: Town, story: Story, folder: Path, fatal: Edge | None) -> tuple[Outcome, Edges]:
    """Tell a story on files of its own, killing the process at one edge."""
    machine = town.machine(folder)

    async def lives() -> tuple[Outcome, Edges]:
        edges = Edges(fatal)
        outcome = await live(machine, town, story, edges)
        if outcome is None:
            outcome = await live(machine, town, story, Edges(None))
        assert outcome is not None
        return outcome, edges

    outcome, edges = asyncio.run(lives())
    shutil.rmtree(folder)
    return outcome, edges


@pytest.mark.journey
@pytest.mark.parametrize("story", EXPECTED, ids=lambda story: story.__name__)
def test_a_crash_at_any_edge_changes_nothing_in_the_end(
    story: Story, town: Town, tmp_path: Path
) -> None:
    smooth, edges = told(town, story, tmp_path / "smooth", None)
    last, provider = EXPECTED[story]
    assert smooth.provider == provider
    assert smooth.histories[0][-1] == last
    assert len(smooth.histories) == len(smooth.reservations) == 1
    assert smooth.left_over == 0
    assert smooth.carried.total() == (12 if story is everybody_is_told_everywhere else 0)

    def was_killed_at(fatal: Edge) -> bool:
        kind, number = fatal
        outcome, edges = told(town, story, tmp_path / f"{kind} {number}", fatal)
        assert outcome == smooth, f"killed {kind}, number {number}"
        return edges.is_dead

    # Most of a life is waiting for the disk.
    with ThreadPoolExecutor(4) as pool:
        deaths = list(pool.map(was_killed_at, edges.passed))
    died_at = [edge for edge, died in zip(edges.passed, deaths, strict=True) if died]
    assert len(died_at) > 0.8 * len(edges.passed), "lives differ a little"
    assert {kind for kind, _ in died_at} == {kind for kind, _ in edges.passed}
    assert not was_killed_at(("before a commit", 2 * len(edges.passed)))
