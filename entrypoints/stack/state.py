"""The state of a stack: what its processes say, and what waits."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]  # it has no annotations

from ...composition.application import Application
from ...ports.language.errors import Unavailable
from ...ports.language.messages import BrokerBacklog
from ...ports.language.paging import PageRequest
from ...ports.language.users import OPERATOR
from .child import Child
from .program import Stage
from .supervisor import Supervisor

_PATIENCE = 3.0
_MOST_DEAD = 100
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


@dataclass(frozen=True, slots=True)
class StackState:
    """A stack at an instant."""

    processes: tuple[ProcessState, ...]
    waits: Mapping[str, str]
    """What waits, or what is not known."""

    @property
    def is_well(self) -> bool:
        """Whether all programs answer."""
        return all(process.state == "runs" for process in self.processes)


class Watch:
    """Looks at a stack. It keeps what it needs to compute rates."""

    def __init__(self, supervisor: Supervisor, http: httpx.AsyncClient) -> None:
        self.application: Application | None = None
        """That of the store, once it is open."""
        self._supervisor = supervisor
        self._http = http
        self._known: dict[int, psutil.Process] = {}

    async def look(self) -> StackState:
        """Return the state now."""
        children = self._supervisor.children
        says = await asyncio.gather(*map(self._says, children))
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
                says=said,
            )
            for child, said, (cpu, memory) in zip(children, says, used, strict=True)
        )
        return StackState(processes, await self._waits())

    async def _says(self, child: Child) -> str:
        if child.program.stage is Stage.SERVER or child.pid is None:
            return ""
        try:
            url = f"http://127.0.0.1:{child.program.port}/health/ready"
            answer = (await self._http.get(url, timeout=_PATIENCE)).json()
        except (httpx.HTTPError, ValueError):
            return "" if child.state == "starts" else "does not answer"
        return _shown(answer)

    def _used(self, pid: int | None) -> tuple[float, int]:
        if pid is None:
            return 0.0, 0
        try:
            process = self._known.setdefault(pid, psutil.Process(pid))
            family = [process, *process.children(recursive=True)]
            return process.cpu_percent(), sum(one.memory_info().rss for one in family)
        except psutil.Error:
            return 0.0, 0

    async def _waits(self) -> dict[str, str]:
        if self.application is None:
            return {}
        try:
            async with asyncio.timeout(_PATIENCE):
                return await _what_waits(self.application)
        except (Unavailable, TimeoutError):
            return {"the store": "does not answer"}


async def _what_waits(application: Application) -> dict[str, str]:
    backlog = application.operations.view_backlog
    message = await backlog.next_message()
    waiting = f"{message.waiting}" if isinstance(message, BrokerBacklog) else "some"
    dead = await application.operations.list_dead_letters(OPERATOR, PageRequest(limit=_MOST_DEAD))
    return {
        "messages": "none" if message is None else waiting,
        "deadlines": "none" if await backlog.next_deadline() is None else "some",
        "letters": "some" if await backlog.has_letters() else "none",
        "dead letters": f"{len(dead.items)}{'+' if dead.next_cursor else ''}",
    }


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
