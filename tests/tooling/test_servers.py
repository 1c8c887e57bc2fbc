"""The servers of the tests end with them, however they end, and keep nothing that they left."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
import pytest

from ..nats_server import NatsServer, require_nats, running_nats
from ..postgres_server import PostgresServer, empty_tables, require_postgres, running_postgres
from ..valkey_server import ValkeyServer, require_valkey, running_valkey

pytestmark = [pytest.mark.real, pytest.mark.integration]

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
STARTS = """
import sys
from servers.{server}_server import running_{server}

with running_{server}() as server:
    server.kill()
    server.start()
    print(server.folder, server._process.pid, flush=True)
    sys.stdin.read()
"""


def state_of(process: int) -> str:
    """Return what a process does, or "" if it is gone; `Z` has ended, and nobody has asked how."""
    asked = ["ps", "-o", "stat=", "-p", str(process)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


@pytest.mark.parametrize("server", ["postgres", "nats", "valkey"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_is_stopped_when_its_caller_is_killed(number: signal.Signals, server: str) -> None:
    require_postgres()
    require_nats()
    require_valkey()
    caller = subprocess.Popen(
        [sys.executable, "-c", STARTS.format(server=server)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert caller.stdout is not None
    started = caller.stdout.readline()
    assert started, caller.communicate(timeout=PATIENCE)[1]
    folder, process = started.split()
    assert state_of(int(process))
    caller.send_signal(number)
    # The watching process has the same end of this pipe. It ends when that has ended too.
    caller.communicate(timeout=PATIENCE)
    assert state_of(int(process)) in ("", "Z", "Zs")
    assert not Path(folder).exists()
    assert caller.returncode == -number


@pytest.mark.parametrize("running", [running_postgres, running_nats, running_valkey])
def test_a_server_that_was_stopped_leaves_nobody_watching(
    running: Callable[[], AbstractContextManager[PostgresServer | NatsServer | ValkeyServer]],
) -> None:
    with running() as server:
        assert server._watch is not None
        watching = server._watch.pid
        os.kill(watching, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(watching, 0)


async def test_a_lock_that_a_test_left_behind_is_told_and_ended(migrated_postgres: str) -> None:
    left = await asyncpg.connect(migrated_postgres)
    await left.execute("BEGIN; LOCK TABLE inbox")
    with pytest.raises(AssertionError, match=r"left transactions open: .*LOCK TABLE inbox"):
        await empty_tables(migrated_postgres, patience=0.1)
    await empty_tables(migrated_postgres)
    left.terminate()
