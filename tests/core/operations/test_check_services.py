"""All services are tried side by side, and one that hangs or breaks holds up none."""

import asyncio
from collections.abc import Awaitable, Callable

from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.core.operations.check_services import CheckServices
from solebook.ports.language.trials import Failed, TrialResult, Trials, Verdict
from solebook.ports.service_check import ServiceCheck


class Check(ServiceCheck):
    def __init__(self, service: str, call: Callable[[Trials], Awaitable[None]]) -> None:
        self.service = service
        self._call = call

    async def __call__(self, trials: Trials) -> None:
        await self._call(trials)

    def explain(self, error: Exception) -> Failed:
        return Failed(f"explained: {error}", "mend it")


def break_with(error: Exception) -> None:
    raise error


async def found_by(*checks: Check, limit: float = 5.0) -> list[tuple[str, str, str, str, str]]:
    found: list[TrialResult] = await CheckServices(checks, SystemStopwatch(), limit)()
    return [(f.service, f.tried, f.verdict.value, f.found, f.advice) for f in found]


async def test_what_was_found_is_told_in_order_and_what_is_well_has_no_advice() -> None:
    async def two(trials: Trials) -> None:
        with trials.trying("one", "never needed") as trial:
            trial.found = "here"
        with trials.trying("two", "do this") as trial:
            trial.warn("slow")

    async def failing(trials: Trials) -> None:
        with trials.trying("three", "do that", is_needed=False):
            break_with(OSError("gone"))
        with trials.trying("four", "do that") as trial:
            trial.fail("bad", "do otherwise")
        with trials.trying("five", "do that"):
            break_with(Failed("worse"))
        with trials.trying("six, after a needed one", "never tried"):
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

    async def hanging(trials: Trials) -> None:
        with trials.trying("reach", "start it") as trial:
            await met.wait()
            trial.found = "here"
        with trials.trying("sign in", "look at it"):
            await asyncio.Event().wait()

    async def quick(trials: Trials) -> None:
        with trials.trying("reach", "start it"):
            await met.wait()  # so both are tried side by side

    assert await found_by(Check("slow", hanging), Check("quick", quick), limit=0.05) == [
        ("slow", "reach", "ok", "here", ""),
        ("slow", "sign in", "failed", "no answer within 0 s", "look at it"),
        ("quick", "reach", "ok", "", ""),
    ]


async def test_a_mistake_in_one_check_hides_no_other() -> None:
    async def mistaken(_: Trials) -> None:
        break_with(KeyError("a mistake"))

    async def well(trials: Trials) -> None:
        with trials.trying("reach", "start it"):
            pass

    results = await found_by(Check("a", mistaken), Check("b", well))
    mistake = "explained: 'a mistake'"
    assert results[0] == ("a", "itself", "failed", mistake, "report this as a defect of solebook")
    assert results[1] == ("b", "reach", "ok", "", "")


async def test_progress_is_told() -> None:
    async def nothing(_: Trials) -> None:
        pass

    told: list[tuple[int, int]] = []
    checks = [Check("a", nothing), Check("b", nothing)]
    await CheckServices(checks, SystemStopwatch(), 1.0)(
        lambda done, all_: told.append((done, all_))
    )
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_verdicts_are_as_json_has_them() -> None:
    assert [verdict.value for verdict in Verdict] == ["ok", "warning", "failed"]
