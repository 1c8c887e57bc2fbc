"""The programs of a stack: started in order, started again, and ended with it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from solebook.entrypoints.stack import supervisor as supervisor_module
from solebook.entrypoints.stack.lock import stack_lock
from solebook.entrypoints.stack.logs import MOST, keep_small
from solebook.entrypoints.stack.ports import Ports
from solebook.entrypoints.stack.program import Program, Stage, guarded
from solebook.entrypoints.stack.settings_file import (
    Payments,
    move_ports,
    read_secrets,
    write_secrets,
    write_settings,
)
from solebook.entrypoints.stack.supervisor import DidNotStart, Supervisor

pytestmark = pytest.mark.integration

PATIENCE = 30.0
PORTS = {
    name: 20_000 + number
    for number, name in enumerate(
        ("postgres", "nats", "valkey", "typesense", "stripe", "http_1", "http_2", "influx_shim")
    )
}


async def always() -> bool:
    return True


async def never() -> bool:
    return False


def program(
    name: str,
    *command: str,
    stage: Stage = Stage.SERVER,
    is_ready: Callable[[], Awaitable[bool]] = always,
) -> Program:
    return Program(name, stage, command, is_ready, port=1)


@asynccontextmanager
async def supervised(folder: Path) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(folder)
    try:
        yield supervisor
    finally:
        supervisor.at_once.set()
        await supervisor.stop()


async def eventually(look: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not look():  # noqa: ASYNC110  # there is no event
            await asyncio.sleep(0.01)


async def test_what_was_killed_is_started_again(tmp_path: Path) -> None:
    async with supervised(tmp_path) as supervisor:
        await supervisor.start([program("sleeper", "sleep", "100")])
        [child] = supervisor.children
        first = child.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await eventually(lambda: child.restarts == 1 and child.state == "runs")
        assert child.pid not in (None, first)


async def test_what_does_not_come_up_is_named_with_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "_LEAST", 0.0)
    monkeypatch.setattr(supervisor_module, "_MOST_FAILURES", 2)
    told: list[str] = []
    async with supervised(tmp_path) as supervisor:
        broken = program("broken", "sh", "-c", "echo no disk; exit 3", is_ready=never)
        with pytest.raises(
            DidNotStart, match=r"(?s)broken does not start; .*broken\.log:.*no disk"
        ):
            await supervisor.start([broken], told.append)
    assert told == ["broken has ended, and is started again: no disk"]


async def test_http_ends_before_workers_and_servers_last(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    told = "trap 'echo {0} >> {1}; exit' TERM; touch {1}.{0}; while :; do sleep 0.01; done"

    def noted(stage: Stage) -> Program:
        async def traps() -> bool:
            return Path(f"{notes}.{stage.name}").exists()  # noqa: ASYNC240  # a moment

        command = ("sh", "-c", told.format(stage.name, notes))
        return program(stage.name, *command, stage=stage, is_ready=traps)

    supervisor = Supervisor(tmp_path)
    await supervisor.start([noted(stage) for stage in Stage])
    await supervisor.stop()
    assert notes.read_text().split() == ["HTTP", "WORKER", "SERVER"]
    assert [child.state for child in supervisor.children] == ["ended"] * 3


async def test_what_does_not_stop_is_ended_at_once_when_asked_twice(tmp_path: Path) -> None:
    deaf = program("deaf", "sh", "-c", "trap '' TERM; while :; do sleep 1; done")
    supervisor = Supervisor(tmp_path)
    await supervisor.start([deaf])
    stopping = asyncio.create_task(supervisor.stop())
    supervisor.at_once.set()
    async with asyncio.timeout(PATIENCE):
        await stopping


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's signal is Linux's")
def test_a_program_ends_when_its_parent_is_killed() -> None:
    script = (
        "import os, subprocess, sys; from solebook.entrypoints.stack.program import guarded; "
        "child = subprocess.Popen(guarded(('cat',), user=None), stdin=0, stdout=1); "
        "print(child.pid, flush=True); child.wait()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert parent.stdout.readline()
    parent.kill()
    # The child has the other end of both pipes. This one ends when that has ended too.
    assert parent.communicate(timeout=PATIENCE)[0] == ""


def test_a_program_whose_parent_is_gone_does_not_start() -> None:
    command = guarded(("echo", "started"), user=None)
    command[4] = "1"  # another parent
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")


def test_a_second_stack_in_a_folder_is_refused_with_the_process_of_the_first(
    tmp_path: Path,
) -> None:
    with (
        stack_lock(tmp_path),
        pytest.raises(OSError, match=f"as process {os.getpid()};"),
        stack_lock(tmp_path),
    ):
        pass
    with stack_lock(tmp_path):
        pass


def test_a_log_stays_small_while_its_program_writes(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    with log.open("ab", buffering=0) as written:
        written.write(b"x" * (MOST + 1))
        keep_small(log)
        written.write(b"later")
    assert log.read_bytes() == b"later"
    assert (tmp_path / "a.log.1").stat().st_size == MOST + 1


def test_ports_stay_unless_others_have_taken_them(tmp_path: Path) -> None:
    first = Ports(tmp_path / "ports.json")
    kept, lost = first.take("nats"), first.take("valkey")
    first.keep()
    with socket.create_server(("127.0.0.1", lost)):
        second = Ports(tmp_path / "ports.json")
        assert second.take("nats") == kept
        assert second.take("valkey") not in (kept, lost)
        assert second.moved == {lost: second.take("valkey")}


def test_settings_that_were_changed_stay_when_a_port_moves(tmp_path: Path) -> None:
    write_secrets(tmp_path, PORTS, Payments())
    write_settings(tmp_path, PORTS, Payments())
    file = tmp_path / "solebook.toml"
    file.write_text(file.read_text() + "\n[market]\ntick = 100  # 20001 is no port here\n")
    passwords = read_secrets(tmp_path)
    move_ports(tmp_path, {20_000: 30_000, 20_001: 30_001, 20_005: 30_005})
    settings = file.read_text()
    assert 'url = "nats://127.0.0.1:30001"' in settings
    assert "\nport = 30005 " in settings
    assert settings.count("20005") == 0
    assert "tick = 100  # 20001 is no port here" in settings
    moved = read_secrets(tmp_path)
    assert moved["SOLEBOOK_STORE__URL"] == passwords["SOLEBOOK_STORE__URL"].replace(
        "20000", "30000"
    )
    assert {name for name, text in moved.items() if passwords[name] != text} == {
        "SOLEBOOK_STORE__URL"
    }
    assert {part.stat().st_mode & 0o077 for part in (file, tmp_path / "secrets.env")} == {0}


@pytest.mark.parametrize("kind", ["double", "stripe", "embedded"])
def test_the_settings_that_are_written_can_be_loaded(tmp_path: Path, kind: str) -> None:
    from solebook.config.load import load_settings

    payments = Payments(kind, "sk_test_x", "")
    write_secrets(tmp_path, PORTS, payments)
    write_settings(tmp_path, PORTS, payments)
    settings = load_settings(tmp_path / "solebook.toml", read_secrets(tmp_path))
    assert settings.payments.adapter == ("embedded" if kind == "embedded" else "stripe")
    assert (settings.payments.api_url is not None) == (kind == "double")
    assert settings.is_shared
    assert settings.nats.password
    assert settings.redis.password
    assert settings.influx.password
