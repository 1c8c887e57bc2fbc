"""Run a stack until Ctrl-C."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

import httpx
from rich.console import Console
from rich.live import Live

from .lock import stack_lock
from .logs import open_log
from .screen import Lines, screen
from .servers.influx import NOT_INSTALLED
from .stack import Plan, Stack
from .state import StackState, Watch
from .supervisor import Supervisor
from .wheels import missing_wheels

_LOOK_EVERY = 1.0
_STOPS_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Meanwhile = Callable[[Stack], Awaitable[None]]


class TellsState(Protocol):
    """Tells the state of a stack."""

    def tell(self, state: StackState) -> None:
        """Tell it, or what has changed."""


class Interrupted(Exception):
    """It was asked to stop before it had started."""


async def run_stack(
    plan: Plan,
    console: Console,
    *,
    meanwhile: Meanwhile | None = None,
    stays: bool = True,
    lines: TellsState | None = None,
) -> bool:
    """Start the stack of a plan, show it until SIGINT or SIGTERM, and stop it.

    `meanwhile` is done once it runs, without the screen; then it goes on, or ends unless it
    `stays`. With `lines`, its state is told to them, at least once. Returns whether everything was
    well at the last look at lines. Raises ModuleNotFoundError if a server is missing, OSError if a
    stack runs in the folder already, and DidNotStart.
    """
    is_well = False
    if missing := missing_wheels():
        raise ModuleNotFoundError(
            f"{', '.join(missing)} is not installed; install the extra `stack`", name=missing[0]
        )
    plan.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    logs = plan.folder / "logs"
    logs.mkdir(mode=0o700, exist_ok=True)
    with stack_lock(plan.folder):
        began = time.monotonic()
        stack = Stack(plan)
        async with _supervised(logs) as (supervisor, stop):
            _tell_links(console, stack)
            await _unless(stop, stack.start(supervisor, lambda name: console.print(f"  {name}")))
            console.print(f"all answer after {time.monotonic() - began:.1f} s")
            if meanwhile is not None:
                await _unless(stop, meanwhile(stack))
            async with httpx.AsyncClient(trust_env=False) as http:
                watch = Watch(supervisor, http)
                if lines is None and stays and console.is_terminal:
                    await _show_screen(stack, watch, console, stop)
                elif lines is not None or stays:
                    is_well = await _show_lines(watch, lines or Lines(console), stop, stays=stays)
            console.print(f"stopping; the data stay in {plan.folder}", soft_wrap=True)
    console.print("all has ended")
    return is_well


@asynccontextmanager
async def _supervised(logs: Path) -> AsyncIterator[tuple[Supervisor, asyncio.Event]]:
    """Yield a supervisor, and an event that is set by a signal. A second one ends all at once."""
    stop = asyncio.Event()
    supervisor = Supervisor(logs)

    def asked() -> None:
        (supervisor.at_once if stop.is_set() else stop).set()

    loop = asyncio.get_running_loop()
    for number in _STOPS_ON:
        loop.add_signal_handler(number, asked)
    try:
        with suppress(Interrupted):
            yield supervisor, stop
    finally:
        await supervisor.stop()


async def _unless(stop: asyncio.Event, work: Awaitable[None]) -> None:
    """Do the work. Raises Interrupted, once it is cancelled, if it has to stop meanwhile."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        raise Interrupted
    working.result()


def links_of(stack: Stack) -> list[tuple[str, str]]:
    """Return what is where."""
    first, second = stack.urls
    links = [
        ("the market", first),
        ("the API", f"{first}/schema"),
        ("and again", f"{second}/schema"),
    ]
    if stack.has_double:
        links.append(("Stripe", f"http://127.0.0.1:{stack.port_of('stripe')}/_double/state"))
    if not stack.has_influx:
        links.append(("InfluxDB", NOT_INSTALLED))
    folder = stack.plan.folder
    return [
        *links,
        ("settings", f"{folder}/solebook.toml, secrets.env"),
        ("logs", f"{folder}/logs"),
        ("in doubt", f"solebook check {folder}"),
    ]


def _tell_links(console: Console, stack: Stack) -> None:
    for name, link in links_of(stack):
        console.print(f"{name:<12} {link}", soft_wrap=True, highlight=False)


async def _show_screen(stack: Stack, watch: Watch, console: Console, stop: asyncio.Event) -> None:
    _log_to(stack.plan.folder / "logs" / "stack.log")
    links = links_of(stack)
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while not stop.is_set():
            live.update(screen(links, await watch.look()), refresh=True)
            await _pause(stop)


async def _show_lines(watch: Watch, lines: TellsState, stop: asyncio.Event, *, stays: bool) -> bool:
    while True:
        state = await watch.look()
        lines.tell(state)
        if not stays or stop.is_set():
            return all(process.is_well for process in state.processes)
        await _pause(stop)


async def _pause(stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_LOOK_EVERY):
            await stop.wait()


def _log_to(file: Path) -> None:
    """Write what this process logs to a file, because it would break up the screen."""
    handler = logging.StreamHandler(os.fdopen(open_log(file), "a"))
    logging.basicConfig(handlers=[handler], force=True)
