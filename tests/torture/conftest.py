"""The stack that everything is done to."""

import asyncio
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from solebook.entrypoints.stack.wheels import missing_wheels

from ..entrypoints.cli.traders import Crowd, Doors
from ..missing_server import do_without
from .drills.catalogue import DRILLS, SHORT
from .drills.clock import false_clock
from .drills.disk import small_disk
from .production import Production
from .rounds import Rounds
from .table import write_table
from .town import PEOPLE, SETTINGS, settle

SEED = 1


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask for what CI has time for, or for so many rounds as a seed makes them."""
    if "drill" not in metafunc.fixturenames:
        return
    count = metafunc.config.getoption("--rounds")
    names = list(SHORT)
    if count is not None:
        chance, names = random.Random(seed_of(metafunc.config)), []
        while len(names) < count:  # each once, then each again
            names += chance.sample(list(DRILLS), len(DRILLS))
        names = names[:count]
    ids = [f"{number}-{name}" for number, name in enumerate(names, 1)]
    metafunc.parametrize("drill", [DRILLS[name] for name in names], ids=ids)


def seed_of(config: pytest.Config) -> int:
    seed = config.getoption("--seed")
    return SEED if seed is None else int(seed)


@pytest.fixture(scope="session")
def rounds(pytestconfig: pytest.Config) -> Iterator[Rounds]:
    """A stack on which people trade."""
    if missing := missing_wheels():
        do_without(f"{missing} is not installed: uv sync --group servers")
    chance = random.Random(seed_of(pytestconfig))
    # So that the stack and its disk are not left behind.
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("it was asked to end"))
    with tempfile.TemporaryDirectory(prefix="torture") as name, small_disk(outer := Path(name)):
        outer.chmod(0o711)  # for the user of PostgreSQL, if root runs the test
        more = outer / "more.toml"
        more.write_text(SETTINGS)
        clock = false_clock(outer)
        production = Production(outer / "exchange", "--more", more, variables=clock)
        try:
            town = asyncio.run(settle(production))
            doors = Doors()
            doors.lead_to(production.urls)
            crowd = Crowd(town.traders(doors, [chance.random() for _ in range(PEOPLE)]))
            began, rounds = time.monotonic(), Rounds(production, crowd, chance)
            yield rounds
            crowd.close()
        finally:
            production.close()
    asked, played = pytestconfig.getoption("--rounds"), rounds.recoveries
    if asked is not None and not pytestconfig.getoption("keyword") and not rounds.failed:
        in_order = {name: played.get(name, []) for name in DRILLS}
        write_table(in_order, seed=seed_of(pytestconfig), took=time.monotonic() - began)
