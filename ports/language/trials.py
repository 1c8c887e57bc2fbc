"""What was found when a service was tried."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How it went."""

    OK = "ok"
    WARNING = "warning"
    """It works, and something should be changed."""
    FAILED = "failed"
    """The exchange would not work as it is configured."""


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What was found when one thing was tried. No text has a secret."""

    service: str
    tried: str
    verdict: Verdict
    found: str
    milliseconds: int
    advice: str = ""
    """What to do, in one sentence. Empty if nothing is to be done."""


class Failed(Exception):
    """What was tried failed, and what was found. Without `advice` the general one fits."""

    def __init__(self, found: str, advice: str = "") -> None:
        super().__init__(found)
        self.advice = advice


class CannotGoOn(Exception):
    """What failed is needed for all that would be tried next. It is among the results."""


@dataclass(slots=True)
class Trial:
    """One thing that is tried. It went well unless it is said otherwise, or an error ends it."""

    advice: str
    found: str = ""
    verdict: Verdict = Verdict.OK

    def warn(self, found: str, advice: str = "") -> None:
        """Say what works and should be changed."""
        self._judge(Verdict.WARNING, found, advice)

    def fail(self, found: str, advice: str = "") -> None:
        """Say what is wrong."""
        self._judge(Verdict.FAILED, found, advice)

    def _judge(self, verdict: Verdict, found: str, advice: str) -> None:
        self.verdict, self.found, self.advice = verdict, found, advice or self.advice


Explain = Callable[[Exception], Failed]
"""Returns what an error of a library says, without a secret."""


class Trials:
    """Collects what is found of one service. What was found before a limit of time stays."""

    def __init__(self, service: str, elapsed: Callable[[], float], explain: Explain) -> None:
        """`elapsed` returns the seconds of a stopwatch."""
        self.all: list[TrialResult] = []
        self._service = service
        self._elapsed = elapsed
        self._explain = explain

    @contextmanager
    def trying(self, what: str, advice: str, *, is_needed: bool = True) -> Iterator[Trial]:
        """Try one thing in the block. `advice` says what to do if it fails, unless an error knows.

        An error that ends the block becomes a result. If what was tried `is_needed` for the rest,
        it raises CannotGoOn; otherwise the rest is tried too.
        """
        trial, began = Trial(advice), self._elapsed()
        try:
            yield trial
        except asyncio.CancelledError:
            trial.fail(f"no answer within {self._elapsed() - began:.0f} s")
            raise
        except Exception as error:
            failure = error if isinstance(error, Failed) else self._explain(error)
            trial.fail(str(failure), failure.advice)
            if is_needed:
                raise CannotGoOn from error
        finally:
            self._add(what, trial, began)

    def _add(self, what: str, trial: Trial, began: float) -> None:
        advice = "" if trial.verdict is Verdict.OK else trial.advice
        took = round((self._elapsed() - began) * 1_000)
        self.all.append(TrialResult(self._service, what, trial.verdict, trial.found, took, advice))
