"""The state of a stack: what its processes say, and what waits."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]  # it has no annotations

from .child import Child
from .measured import Measured, measured
from .program import Stage
from .supervisor import Supervisor

_PATIENCE = 3.0
_NO_TROUBLES = ("clock", "lease of", "messages of", "books in", "charts in")


@dataclass(frozen=True, slots=True)
class ProcessState:
    """A program at an instant."""

    name: str
    state: str
    pid: int | None
    port: int
    cpu: float
    """Percent of one core, since the last look."""
    memory: int
    """Bytes, with the processes that it has started."""
    restarts: int
    says: str
    """What it owns, or what is wrong."""
    is_well: bool
    """Whether it runs, and says that it is ready if it is a process of the exchange."""


@dataclass(frozen=True, slots=True)
class StackState:
    """A stack at an instant."""

    processes: tuple[ProcessState, ...]
    measured: Measured
    rates: Mapping[str, float]
    """How many bids, asks and matches there were in a second."""


class Watch:
    """Looks at a stack. It keeps what it needs to compute rates."""

    def __init__(self, supervisor: Supervisor, http: httpx.AsyncClient) -> None:
        self._supervisor = supervisor
        self._http = http
        self._known: dict[int, psutil.Process] = {}
        self._counted: tuple[float, Mapping[str, float]] = (0.0, {})

    async def look(self) -> StackState:
        """Return the state now."""
        children = self._supervisor.children
        answers = await asyncio.gather(*map(self._answer, children))
        used = [self._used(child.pid) for child in children]
        known = {child.pid for child in children}
        self._known = {pid: one for pid, one in self._known.items() if pid in known}
        processes = tuple(
            ProcessState(
                name=child.program.name,
                state=child.state,
                pid=child.pid,
                port=child.program.port,
                cpu=cpu,
                memory=memory,
                restarts=child.restarts,
                says=says,
                is_well=child.state == "runs" and is_ready,
            )
            for child, (says, is_ready), (cpu, memory) in zip(children, answers, used, strict=True)
        )
        found, rates = await self._measured()
        return StackState(processes, found, rates)

    async def _answer(self, child: Child) -> tuple[str, bool]:
        """Return what a process says, and whether it is ready. A server is not asked."""
        if child.program.stage is Stage.SERVER or child.pid is None:
            return "", True
        try:
            url = f"http://127.0.0.1:{child.program.port}/health/ready"
            answer = await self._http.get(url, timeout=_PATIENCE)
            return _shown(answer.json()), answer.is_success
        except (httpx.HTTPError, ValueError):
            return "" if child.state == "starts" else "does not answer", False

    def _used(self, pid: int | None) -> tuple[float, int]:
        if pid is None:
            return 0.0, 0
        try:
            process = self._known.setdefault(pid, psutil.Process(pid))
            family = [process, *process.children(recursive=True)]
            return process.cpu_percent(), sum(one.memory_info().rss for one in family)
        except psutil.Error:
            return 0.0, 0

    async def _measured(self) -> tuple[Measured, dict[str, float]]:
        """Return what waits, and how many a second there were since the last look."""
        watched = [child.program.metrics_port for child in self._supervisor.children]
        texts = await asyncio.gather(*(self._metrics(port) for port in watched if port is not None))
        now, found = asyncio.get_running_loop().time(), measured(texts)
        passed, before = now - self._counted[0], self._counted[1]
        rates = {
            name: max(0.0, count - before.get(name, count)) / passed
            for name, count in found.counted.items()
        }
        self._counted = now, found.counted
        return found, rates

    async def _metrics(self, port: int) -> str:
        try:
            return (
                await self._http.get(f"http://127.0.0.1:{port}/metrics", timeout=_PATIENCE)
            ).text
        except httpx.HTTPError:
            return ""


def _shown(answer: Mapping[str, Any]) -> str:
    """Return what a process owns, and what does not answer it."""
    states: Mapping[str, str] = answer.get("dependencies", {})
    owned = [
        f"{name.removeprefix('lease of ')}: {state}"
        for name, state in states.items()
        if name.startswith("lease of")
    ]
    troubles = [
        f"{name}: {state}"
        for name, state in states.items()
        if state != "answers" and not name.startswith(_NO_TROUBLES)
    ]
    return ", ".join([*troubles, *owned]) or str(answer.get("status", ""))
