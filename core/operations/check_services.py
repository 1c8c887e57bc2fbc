"""Try every service that the settings name."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from ...ports.language.findings import CannotGoOn, Finding, Findings
from ...ports.service_check import ServiceCheck
from ...ports.stopwatch import Stopwatch

Told: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class CheckServices:
    """Tries all services side by side, each for `limit` seconds, so none holds up the others."""

    checks: Sequence[ServiceCheck]
    stopwatch: Stopwatch
    limit: float

    async def __call__(self, told: Told = lambda _done, _all: None) -> list[Finding]:
        """Return what was found, service by service. `told` hears how many of all are done."""
        done = 0
        told(done, len(self.checks))

        async def check(one: ServiceCheck) -> Sequence[Finding]:
            nonlocal done
            found = await self._check(one)
            done += 1
            told(done, len(self.checks))
            return found

        found = await asyncio.gather(*map(check, self.checks))
        return [finding for findings in found for finding in findings]

    async def _check(self, check: ServiceCheck) -> Sequence[Finding]:
        findings = Findings(check.service, self.stopwatch.elapsed, check.explain)
        # What ends a check is among its findings already: it is raised while something is tried.
        with suppress(CannotGoOn, TimeoutError):
            async with asyncio.timeout(self.limit):
                await check(findings)
        return findings.all
