"""All services are tried side by side, and one that hangs or breaks holds up none."""

import asyncio
from collections.abc import Awaitable, Callable

from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.core.operations.check_services import CheckServices
from solebook.ports.language.findings import Failed, Finding, Findings, Verdict
from solebook.ports.service_check import ServiceCheck


class Check(ServiceCheck):
    def __init__(self, service: str, call: Callable[[Findings], Awaitable[None]]) -> None:
        self.service = service
        self._call = call

    async def __call__(self, findings: Findings) -> None:
        await self._call(findings)

    def explain(self, error: Exception) -> Failed:
        return Failed(f"explained: {error}", "mend it")


def break_with(error: Exception) -> None:
    raise error


async def found_by(*checks: Check, limit: float = 5.0) -> list[tuple[str, str, str, str, str]]:
    found: list[Finding] = await CheckServices(checks, SystemStopwatch(), limit)()
    return [(f.service, f.tried, f.verdict.value, f.found, f.advice) for f in found]


async def test_what_was_found_is_told_in_order_and_what_is_well_has_no_advice() -> None:
    async def two(findings: Findings) -> None:
        with findings.trying("one", "never needed") as trial:
            trial.found = "here"
        with findings.trying("two", "do this") as trial:
            trial.warn("slow")

    async def failing(findings: Findings) -> None:
        with findings.trying("three", "do that", is_needed=False):
            break_with(OSError("gone"))
        with findings.trying("four", "do that") as trial:
            trial.fail("bad", "do otherwise")
        with findings.trying("five", "do that"):
            break_with(Failed("worse"))
        with findings.trying("six, after a needed one", "never tried"):
            pass

    assert await found_by(Check("a", two), Check("b", failing)) == [
        ("a", "one", "ok", "here", ""),
        ("a", "two", "warning", "slow", "do this"),
        ("b", "three", "failed", "explained: gone", "mend it"),
        ("b", "four", "failed", "bad", "do otherwise"),
        ("b", "five", "failed", "worse", "do that"),
    ]


async def test_one_that_hangs_ends_at_the_limit_and_keeps_what_it_found() -> None:
    met = asyncio.Barrier(2)

    async def hanging(findings: Findings) -> None:
        with findings.trying("reach", "start it") as trial:
            await met.wait()
            trial.found = "here"
        with findings.trying("sign in", "look at it"):
            await asyncio.Event().wait()

    async def quick(findings: Findings) -> None:
        with findings.trying("reach", "start it"):
            await met.wait()  # so both are tried side by side

    assert await found_by(Check("slow", hanging), Check("quick", quick), limit=0.05) == [
        ("slow", "reach", "ok", "here", ""),
        ("slow", "sign in", "failed", "no answer within 0 s", "look at it"),
        ("quick", "reach", "ok", "", ""),
    ]


async def test_progress_is_told() -> None:
    async def nothing(_: Findings) -> None:
        pass

    told: list[tuple[int, int]] = []
    checks = [Check("a", nothing), Check("b", nothing)]
    await CheckServices(checks, SystemStopwatch(), 1.0)(
        lambda done, all_: told.append((done, all_))
    )
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_verdicts_are_as_json_has_them() -> None:
    assert [verdict.value for verdict in Verdict] == ["ok", "warning", "failed"]
