"""The disputes of the embedded payment provider, behind their port."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from ...ports.dispute_desk import DisputeDesk
from ...ports.language.disputes import DisputeStatus, Evidence, ReportedDispute
from ...ports.language.errors import DisputeNotOpen
from ...ports.language.invariants import ensure
from . import tokens
from .calls import Request
from .disputes import HeldDispute
from .journal import Journal
from .operations import Operation
from .provider import Provider

_DECIDING = {tokens.WINNING_EVIDENCE: True, tokens.LOSING_EVIDENCE: False}


@dataclass(frozen=True, slots=True)
class EmbeddedDisputeDesk(DisputeDesk):
    """Has disputes that the `Dashboard` or a test card opened. It keeps no text of any evidence.

    A line of the evidence that is one of the words in `tokens` decides the dispute at once.
    """

    journal: Journal

    async def find(self, name: str) -> ReportedDispute | None:
        def work(provider: Provider) -> ReportedDispute | None:
            held = provider.disputes.by_name.get(name)
            return None if held is None else held.report

        return await self.journal.consult(work)

    async def page(self, after: str, limit: int) -> Sequence[ReportedDispute]:
        def work(provider: Provider) -> list[ReportedDispute]:
            newest_first = reversed(provider.disputes.by_name.values())
            reports = (held.report for held in newest_first)
            if after:
                for report in reports:
                    if report.name == after:
                        break
            return list(islice(reports, limit))

        return await self.journal.consult(work)

    async def submit(self, name: str, evidence: Evidence) -> ReportedDispute:
        def work(provider: Provider) -> ReportedDispute:
            held = provider.disputes.get(name)
            if held.is_answered:
                return held.report
            _check_open(held)
            _settle(provider, held, Operation.DISPUTE_EVIDENCE)
            for word, won in _DECIDING.items():
                if word in evidence.text.splitlines():
                    decide(provider, name, won=won)
            return provider.disputes.get(name).report

        return await self._consult(work)

    async def accept(self, name: str) -> ReportedDispute:
        def work(provider: Provider) -> ReportedDispute:
            held = provider.disputes.get(name)
            if held.status is not DisputeStatus.LOST:
                _check_open(held)
                decide(provider, name, won=False)
            return provider.disputes.get(name).report

        return await self._consult(work)

    async def _consult(self, work: Callable[[Provider], ReportedDispute]) -> ReportedDispute:
        return await self.journal.consult(work)


def decide(provider: Provider, name: str, *, won: bool) -> None:
    """Let the bank decide a dispute, or close an inquiry.

    Raises AssertionError if it has decided already.
    """
    held = provider.disputes.get(name)
    ensure(not held.status.is_over, f"the dispute {name} is {held.status} already")
    takes_money = held.report.withdrawn > 0
    _settle(
        provider,
        held,
        Operation.DISPUTE_REVERSAL if won and takes_money else Operation.DISPUTE_LOSS,
    )


def _check_open(held: HeldDispute) -> None:
    if not held.status.awaits_evidence:
        raise DisputeNotOpen(name=held.report.name, status=held.status)


def _settle(provider: Provider, held: HeldDispute, operation: Operation) -> None:
    report = held.report
    key = f"{report.name}:{operation}"
    provider.settle(Request(key, operation, report.name, report.amount))
