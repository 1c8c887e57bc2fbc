"""Try every service that the settings name."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ...ports.language.trials import CannotGoOn, TrialResult, Trials
from ...ports.service_check import ServiceCheck
from ...ports.stopwatch import Stopwatch

Told: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class CheckServices:
    """Tries all services side by side, each for `limit` seconds, so none holds up the others."""

    checks: Sequence[ServiceCheck]
    stopwatch: Stopwatch
    limit: float

    async def __call__(self, told: Told = lambda _done, _all: None) -> list[TrialResult]:
        """Return what was found, service by service. `told` hears how many of all are done."""
        done = 0
        told(done, len(self.checks))

        async def check(one: ServiceCheck) -> Sequence[TrialResult]:
            nonlocal done
            found = await self._check(one)
            done += 1
            told(done, len(self.checks))
            return found

        found = await asyncio.gather(*map(check, self.checks))
        return [result for results in found for result in results]

    async def _check(self, check: ServiceCheck) -> Sequence[TrialResult]:
        trials = Trials(check.service, self.stopwatch.elapsed, check.explain)
        try:
            async with asyncio.timeout(self.limit):
                await check(trials)
        except (CannotGoOn, TimeoutError):
            pass  # it was raised while something was tried, so a result tells of it
        except Exception as error:  # noqa: BLE001  # a mistake in one check hides no other
            with trials.trying("itself", "report this as a defect of solebook") as trial:
                trial.fail(str(check.explain(error)))
        return trials.all
