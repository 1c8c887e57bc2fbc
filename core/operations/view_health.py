"""View whether everything that a process depends on answers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from ...ports.language.errors import Refusal, Unavailable

_log = logging.getLogger(__name__)

Check: TypeAlias = Callable[[], Awaitable[str]]
"""Returns the state of a dependency in a word, or raises Unavailable if it does not answer."""


_SILENT, _SLOW = "does not answer", "does not answer in time"


class InTrouble(Exception):
    """A dependency answers, but something is wrong with it, which the text says."""


@dataclass(frozen=True, slots=True)
class DependencyHealth:
    """The state of a dependency, and the refusal if it does not answer."""

    state: str
    refusal: Unavailable | None = None
    is_optional: bool = False
    """Whether the process serves everything without it."""

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class ViewHealth:
    """Asks all dependencies at the same time, and waits `patience` seconds for their answers."""

    checks: Mapping[str, Check]
    patience: float = 2.0
    optional: Mapping[str, Check] = field(default_factory=dict)
    """Checks of dependencies without which the process serves everything, if slower."""

    async def __call__(self) -> Mapping[str, DependencyHealth]:
        """Return the state of each dependency by its name. It never hangs."""
        tasks = {
            name: asyncio.ensure_future(self._ask(name, check))
            for name, check in (*self.checks.items(), *self.optional.items())
        }
        if tasks:
            await asyncio.wait(tasks.values(), timeout=self.patience)
        found = {name: _found(name, task) for name, task in tasks.items()}
        return found | {name: _optional(found[name]) for name in self.optional}

    async def _ask(self, name: str, check: Check) -> DependencyHealth:
        try:
            return DependencyHealth(await check())
        except Unavailable as refusal:
            return DependencyHealth(_SILENT, refusal)
        except InTrouble as trouble:
            return DependencyHealth(str(trouble), Unavailable(what=name))
        except Refusal as refusal:
            return DependencyHealth(str(refusal), Unavailable(what=name))
        except Exception:  # noqa: BLE001  # whatever it is, it does not answer
            _log.exception("the health of %s cannot be found out", name)
            return DependencyHealth(_SILENT, Unavailable(what=name))


def _optional(found: DependencyHealth) -> DependencyHealth:
    state = "is not used" if found.state in (_SILENT, _SLOW) else found.state
    return replace(found, state=state, is_optional=True)


def _found(name: str, task: "asyncio.Future[DependencyHealth]") -> DependencyHealth:
    if task.done():
        return task.result()
    task.cancel()  # nobody waits for its end, which may hang too
    return DependencyHealth(_SLOW, Unavailable(what=name))
