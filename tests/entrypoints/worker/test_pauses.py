"""What the log says while a loop cannot work."""

import asyncio

import pytest

from solebook.adapters.memory.measurements import NoMeasurements
from solebook.entrypoints.worker import workers
from solebook.ports.language import reminders
from solebook.ports.language.errors import Unavailable


async def test_the_log_says_why_a_loop_pauses_once_and_again_when_the_reason_changes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(workers, "_PAUSE", 0.0)
    failures = ["the store"] * 5 + ["the bus"] * 5 + ["the store"]

    async def run() -> None:
        if failures:
            raise Unavailable(what=failures.pop(0))
        over.set()
        await asyncio.Event().wait()

    over = asyncio.Event()
    running = asyncio.create_task(workers._keep_running("relay", run, NoMeasurements()))
    await over.wait()
    running.cancel()
    assert caplog.messages == [
        f"the relay pauses: {what} is unavailable; try again in 1 s"
        for what in ("the store", "the bus", "the store")
    ]


async def test_the_log_reminds_of_a_loop_that_still_pauses(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(workers, "_PAUSE", 0.0)
    monkeypatch.setattr(reminders, "_EVERY", -1.0)
    tries = 0

    async def run() -> None:
        nonlocal tries
        tries += 1
        if tries > 3:
            over.set()
            await asyncio.Event().wait()
        raise Unavailable(what="the store")

    over = asyncio.Event()
    running = asyncio.create_task(workers._keep_running("relay", run, NoMeasurements()))
    await over.wait()
    running.cancel()
    assert len(caplog.messages) == 3
