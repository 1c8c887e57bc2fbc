"""A test that hangs fails, tells where, and the others go on."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.no_cover]

ROOT = Path(__file__).parents[2]
CONFTEST = """
from tests.time_limit import TimeLimit

def pytest_configure(config):
    config.pluginmanager.register(TimeLimit(1.0, again=1.0))
"""
HANGING = """
import asyncio, threading, pytest

def never():
    threading.Event().wait()

async def never_comes():
    await asyncio.Event().wait()

@pytest.fixture
def begun():
    never()

@pytest.fixture
def ended():
    yield
    never()

def test_waits_for_a_thread():
    waiting = threading.Thread(target=never, daemon=True, name="the thread")
    waiting.start()
    waiting.join()

async def test_waits_for_a_task():
    await never_comes()

def test_whose_loop_does_not_end():
    async def stubborn():
        while True:
            try:
                await never_comes()
            except asyncio.CancelledError:
                pass
    asyncio.run(stubborn())

def test_with_a_fixture(begun):
    pass

def test_that_fails_before_its_fixture_ends(ended):
    assert False

def test_after_all_others():
    pass
"""


def test_each_hang_is_a_failure_that_tells_where_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_hanging.py").write_text(HANGING)
    finished = subprocess.run(
        [Path(sys.executable).with_name("pytest"), "--strict-config", "-o", "asyncio_mode=auto"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = finished.stdout
    assert re.search(r"= 4 failed, 1 passed, 2 errors in ", told), told
    assert re.search(r"Task-1:\n.*test_waits_for_a_task\n.*\n.* in never_comes\n", told), told
    assert re.search(r"the thread:\n(?:.*\n)+?.* in never\n", told), told
